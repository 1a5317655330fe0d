using Microsoft.EntityFrameworkCore;
using Outbox.Operations;
using Outbox.Specifications.Running;
using Outbox.Specifications.Storage;
using Outbox.Storage;

namespace Outbox.Specifications.Operations;

public abstract partial class OperationsSpecification
{
    private IOutboxDoctor Doctor => Database.Seam<IOutboxDoctor>();

    [SpecificationFact]
    public async Task ExamineAsync_NewDatabase_SaysThatNoRelayHasRun()
    {
        var findings = await Doctor.ExamineAsync();

        findings.Where(finding => finding.Check is "tables" or "clock").Should().OnlyContain(finding => finding.Severity == CheckSeverity.Good);
        findings.Should().ContainSingle(finding => finding.Severity == CheckSeverity.Problem)
            .Which.Should().Match<CheckFinding>(finding => finding.Text.Contains("No relay has ever run") && finding.Advice.Contains("AddRelay"));
        findings.Where(finding => finding.Severity != CheckSeverity.Good).Should().OnlyContain(finding => finding.Advice.Length > 0, "each says what to do");
    }

    [SpecificationFact]
    public async Task ExamineAsync_WhatWaitsAndIsHeldBack_IsFound()
    {
        await FillAsync();
        await Operations.PauseAsync("orders", "Ann");

        var findings = (await Doctor.ExamineAsync()).Where(finding => finding.Check == "relay").Select(finding => finding.Text).ToList();

        findings.Should().Contain(text => text.Contains("5 of 8 buckets are owned by no relay"));
        findings.Should().Contain(text => text.Contains("Topic orders is paused") && text.Contains("'Ann'"));
        findings.Should().Contain(text => text.StartsWith("The oldest waiting message has waited"));
        findings.Should().Contain(text => text.Contains("1 keys are held back, with 2 messages parked"));
    }

    [SpecificationFact]
    public async Task ExamineAsync_TableMissing_NamesIt_AndRunsTheOtherChecks()
    {
        await using (var context = Database.NewContext())
        {
            var drop = "DROP TABLE " + OutboxTables.Of(context).Audit.Name;
            await context.Database.ExecuteSqlRawAsync(drop);
        }

        var findings = await Doctor.ExamineAsync(["some-topic"]);

        findings.Should().ContainSingle(finding => finding.Check == "tables").Which.Should().Match<CheckFinding>(
            finding => finding.Severity == CheckSeverity.Problem && finding.Text.Contains("is missing") && finding.Advice.Contains("migration"));
        findings.Should().Contain(finding => finding.Check == "clock");
        findings.Should().Contain(finding => finding.Check == "broker");
    }
}
