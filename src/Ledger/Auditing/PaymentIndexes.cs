using Weasel.Postgresql.Tables;

namespace KkiaEvents.Ledger.Auditing;

/// <summary>
/// What lists of payments are read by. One index in the order of lists holds every field that a list can be filtered by, so
/// that whatever is asked is looked for in it and no payment is read in vain: one entry more to write for a payment,
/// instead of one for each filter.
/// </summary>
internal static class PaymentIndexes
{
    /// <summary>When a payment was first heard of. (A text's time depends on settings unless it is said to be immutable, which Marten's function does.)</summary>
    public static string FirstSeen(string schema, string data = "data") => $"{schema}.mt_immutable_timestamptz({data} ->> 'firstSeenAt')";

    public static void AddTo(IList<IndexDefinition> indexes, string schema)
    {
        indexes.Add(new IndexDefinition("mt_doc_payment_idx_listed")
        {
            Columns =
            [
                FirstSeen(schema), "id", "(data ->> 'merchant')", "(data ->> 'outcome')", "(CAST(data ->> 'amount' as bigint))", "upper(data ->> 'method')",
            ],
        });
        // Flags are rare, so this one is small and hardly ever written.
        indexes.Add(new IndexDefinition("mt_doc_payment_idx_flagged")
        {
            Columns = [FirstSeen(schema), "id"],
            Predicate = "(data -> 'flags') <> '[]'::jsonb",
        });
    }
}
