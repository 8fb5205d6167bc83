namespace KkiaEvents.Ledger.Storage;

/// <summary>Which rights each role has, and nothing beside them: whatever it had before is taken back first.</summary>
internal static class LedgerGrants
{
    private static readonly (string Table, string Rights)[] Writing =
    [
        ("mt_events", "select, insert"),
        // The version is what keeps two writers of a stream apart. What a stream is does not change.
        ("mt_streams", "select, insert, update (version, timestamp)"),
        // Every stream's id that ever was: an archived one is not begun anew.
        ("mt_streams_identity", "insert"),
        ("mt_doc_payment", "select, insert, update"),
        ("mt_doc_order", "select, insert, update"),
        ("deliveries", "select, insert, update (delivered_at, routed, attempts, last_error, not_before)"),
        ("due", "select, insert, update, delete"),
        ("rechecks", "select, insert, update, delete"),
        ("circuits", "select, insert, update"),
    ];

    private static readonly (string Table, string Rights)[] Keys =
    [
        ("mt_doc_apikey", "select, insert, update"),
        ("mt_doc_apikeyuse", "select, insert, update"),
    ];

    private static readonly string[] Audited = ["mt_events", "mt_streams", "mt_streams_identity", "mt_doc_payment", "mt_doc_order", "deliveries", "due", "rechecks"];

    /// <summary>The statements for one role.</summary>
    /// <param name="role">The role.</param>
    /// <param name="name">Its name, quoted.</param>
    /// <param name="schema">The ledger's schema.</param>
    public static string Sql(LedgerRole role, string name, string schema)
    {
        var rights = RightsOf(role).Append((SchemaStamp.Table, "select"));
        return string.Join('\n',
        [
            $"revoke all on all tables in schema {schema} from {name};",
            $"revoke all on all sequences in schema {schema} from {name};",
            $"revoke all on schema {schema} from {name};",
            $"grant usage on schema {schema} to {name};",
            .. rights.Select(r => $"grant {r.Item2} on {schema}.{r.Item1} to {name};"),
            // nextval needs no more; setval, which could make two events one, needs update.
            .. role is LedgerRole.Writer or LedgerRole.Operator ? [$"grant usage on sequence {schema}.mt_events_sequence to {name};"] : Array.Empty<string>(),
        ]);
    }

    private static IEnumerable<(string Table, string Rights)> RightsOf(LedgerRole role) => role switch
    {
        LedgerRole.Writer => Writing,
        LedgerRole.Operator => Writing.Concat(Keys),
        LedgerRole.Auditor => Audited.Select(t => (t, "select")),
        _ => Audited.Select(t => (t, "select, update, delete")),
    };
}
