using System.Reflection;
using KkiaEvents.Contracts;
using KkiaEvents.Kkiapay;
using PublicApiGenerator;

namespace KkiaEvents.Tests.Unit.Approval;

/// <summary>The packages' public surfaces change only on purpose.</summary>
public sealed class PublicApiTests
{
    [Theory]
    [InlineData("Contracts", typeof(OrderPaid))]
    [InlineData("Kkiapay", typeof(IKkiapayClient))]
    public void The_public_surface_of_a_package_is_the_approved_one(string package, Type member)
    {
        var surface = member.Assembly.GeneratePublicApi(new ApiGeneratorOptions
        {
            IncludeAssemblyAttributes = false,
            // The README promises it in this namespace, which the generator leaves out by default.
            DenyNamespacePrefixes = [],
        });

        Approved.Matches("Approval", $"KkiaEvents.{package}", "txt", surface);
    }

    [Fact]
    public void Contracts_depends_on_nothing_but_the_framework() => Assert.All(
        typeof(OrderPaid).Assembly.GetReferencedAssemblies(),
        reference => Assert.StartsWith("System.", reference.Name, StringComparison.Ordinal));

    [Fact]
    public void The_provider_library_knows_no_other_part_of_the_product() => Assert.DoesNotContain(
        typeof(IKkiapayClient).Assembly.GetReferencedAssemblies(),
        (AssemblyName reference) => reference.Name!.StartsWith("KkiaEvents.", StringComparison.Ordinal));
}
