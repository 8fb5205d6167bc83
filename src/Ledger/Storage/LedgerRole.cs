namespace KkiaEvents.Ledger.Storage;

/// <summary>What a database role may do with the ledger. Each is a group role without login; a login becomes one by membership.</summary>
public enum LedgerRole
{
    /// <summary>What a Processor does: append events, keep the read models, deliveries and due rows. No change of an event, no keys, no DDL.</summary>
    Writer,

    /// <summary>What the Console does: all of a writer's, and the API's keys.</summary>
    Operator,

    /// <summary>What an audit reads. Nothing is written, and no key's digest is seen.</summary>
    Auditor,

    /// <summary>May change and delete events, which nobody else may: for an erasure that the law asks for. Has no member until somebody gives it one.</summary>
    Eraser,
}
