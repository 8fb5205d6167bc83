namespace KkiaEvents.Ledger.Storage;

/// <summary>
/// The event tables guard themselves: by trigger, against everybody, the owner and superusers included, until they say
/// <c>set role</c> to the eraser. Appending fires none of these triggers, so it costs nothing.
/// </summary>
internal static class EventGuards
{
    private const string Function = "guard_events";

    /// <summary>The tables, with when each one's trigger fires. A stream's version changes with each append; what it is does not.</summary>
    private static readonly (string Trigger, string Table, string Fires)[] Triggers =
    [
        ("guard_events_rows", "mt_events", "before update or delete on {0} for each row"),
        ("guard_events_truncate", "mt_events", "before truncate on {0} for each statement"),
        ("guard_streams_rows", "mt_streams", "before delete or update of id, type, created, tenant_id on {0} for each row"),
        ("guard_streams_truncate", "mt_streams", "before truncate on {0} for each statement"),
        ("guard_identities_rows", "mt_streams_identity", "before update or delete on {0} for each row"),
        ("guard_identities_truncate", "mt_streams_identity", "before truncate on {0} for each statement"),
    ];

    /// <summary>The function. Replacing it locks no table.</summary>
    /// <param name="schema">The ledger's schema.</param>
    /// <param name="eraser">The eraser's name, unquoted.</param>
    public static string FunctionSql(string schema, string eraser) =>
        $"""
        create or replace function {schema}.{Function}() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $guard$
        begin
          if current_user = {SqlText.Literal(eraser)} then
            if tg_op = 'DELETE' then return old; end if;
            return new;
          end if;
          -- Archiving a stream marks its events and changes nothing in them.
          if tg_op = 'UPDATE' and tg_table_name = 'mt_events' then
            old.is_archived := new.is_archived;
            if old *= new then return new; end if;
          end if;
          raise exception 'Events are never changed or deleted: % on %.% is refused for %.', tg_op, tg_table_schema, tg_table_name, current_user
            using errcode = 'insufficient_privilege', hint = {SqlText.Literal($"""Correct a mistake by a new event. Only an erasure that the law asks for may change events: SET ROLE "{eraser}" first.""")};
        end
        $guard$;
        """;

    /// <summary>Makes those triggers that are not there. Making one locks its table for a moment, so it is done once, not at each start.</summary>
    public static string TriggersSql(string schema) => string.Join('\n', Triggers.Select(t =>
        $"""
        do $make$ begin
          if not exists (select from pg_trigger where tgrelid = '{schema}.{t.Table}'::regclass and tgname = '{t.Trigger}') then
            create trigger {t.Trigger} {string.Format(System.Globalization.CultureInfo.InvariantCulture, t.Fires, $"{schema}.{t.Table}")} execute function {schema}.{Function}();
          end if;
          -- Somebody may have switched it off.
          if exists (select from pg_trigger where tgrelid = '{schema}.{t.Table}'::regclass and tgname = '{t.Trigger}' and tgenabled = 'D') then
            alter table {schema}.{t.Table} enable trigger {t.Trigger};
          end if;
        end $make$;
        """));
}
