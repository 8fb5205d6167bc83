using Npgsql;

namespace KkiaEvents.Ledger.Storage;

/// <summary>Makes a ledger's roles and logins. A role that exists is taken only when its comment says that it is this ledger's.</summary>
internal sealed class RoleMaking(NpgsqlConnection connection, LedgerRoles names)
{
    /// <summary>Makes what is missing, when this connection may; else says what somebody else must run.</summary>
    /// <exception cref="LedgerSchemaException">A role of such a name is somebody else's, or a login can't be made.</exception>
    public async Task<MadeSchema> RunAsync(IReadOnlyList<LedgerLogin> logins, CancellationToken cancellationToken)
    {
        var mayCreate = await AskAsync("select rolsuper or rolcreaterole from pg_roles where rolname = current_user", cancellationToken) is true;
        var roles = new Dictionary<LedgerRole, string>();
        var missing = new List<string>();
        foreach (var role in LedgerRoles.All)
        {
            var (name, comment) = (names.NameOf(role), names.CommentOn(role));
            string[] creation =
            [
                $"create role {SqlText.Identifier(name)} nologin;",
                $"comment on role {SqlText.Identifier(name)} is {SqlText.Literal(comment)};",
            ];
            var exists = await IsOursAsync(name, comment, cancellationToken);
            if (!exists && !mayCreate)
            {
                missing.AddRange(creation);
                continue;
            }

            if (!exists)
                await RunAsync(string.Join('\n', creation), cancellationToken);
            roles[role] = name;
        }

        if (logins.Count > 0 && !mayCreate)
            throw new LedgerSchemaException("This connection may not create roles, so it can't make logins: use one that may (a superuser's, or a role with CREATEROLE), or leave Ledger__Logins away.");
        foreach (var login in logins)
            await MakeAsync(login, cancellationToken);
        return new(roles, missing);
    }

    private async Task MakeAsync(LedgerLogin login, CancellationToken cancellationToken)
    {
        var name = SqlText.Identifier(login.Name);
        if (!await IsOursAsync(login.Name, names.CommentOnLogin, cancellationToken))
            await RunAsync($"create role {name} nosuperuser nocreatedb nocreaterole; comment on role {name} is {SqlText.Literal(names.CommentOnLogin)};", cancellationToken);
        await RunAsync($"alter role {name} login password {SqlText.Literal(login.Verifier())};", cancellationToken);
        foreach (var role in LedgerRoles.All)
        {
            var member = await AskAsync($"select pg_has_role({SqlText.Literal(login.Name)}, {SqlText.Literal(names.NameOf(role))}, 'member')", cancellationToken) is true;
            if (member != (role == login.Role))
                await RunAsync(member ? $"revoke {SqlText.Identifier(names.NameOf(role))} from {name};" : $"grant {SqlText.Identifier(names.NameOf(role))} to {name};", cancellationToken);
        }
    }

    private async Task<bool> IsOursAsync(string name, string comment, CancellationToken cancellationToken)
    {
        if (await AskAsync($"select exists (select from pg_roles where rolname = {SqlText.Literal(name)})", cancellationToken) is not true)
            return false;
        var found = await AskAsync($"select shobj_description(oid, 'pg_authid') from pg_roles where rolname = {SqlText.Literal(name)}", cancellationToken) as string;
        return found == comment
            ? true
            : throw new LedgerSchemaException(
                $"Role '{name}' exists and does not say that it is this ledger's, so it is left alone. If it is: comment on role {SqlText.Identifier(name)} is {SqlText.Literal(comment)};");
    }

    private async Task<object?> AskAsync(string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(cancellationToken);
    }

    private Task RunAsync(string sql, CancellationToken cancellationToken) => LedgerSchema.RunAsync(connection, sql, cancellationToken);
}
