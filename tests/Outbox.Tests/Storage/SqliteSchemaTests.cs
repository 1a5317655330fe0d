using Microsoft.EntityFrameworkCore;
using Outbox.Specifications.Storage;
using Outbox.Storage;

namespace Outbox.Tests.Storage;

public sealed class SqliteSchemaTests
{
    [Fact]
    public void CreateScript_Ids_AreNeverGivenOutAgain()
    {
        using var context = new StorageContext(Options());

        context.Database.GenerateCreateScript().Should()
            .MatchRegex("CREATE TABLE \"outbox_message\" \\(\\s+\"id\" INTEGER NOT NULL CONSTRAINT \"pk_outbox_message\" PRIMARY KEY AUTOINCREMENT");
    }

    [Fact]
    public void CreateScript_TablesOfAnotherContext_MakesNone()
    {
        using var guest = new GuestStorageContext(Options());

        guest.Database.GenerateCreateScript().Should().NotContain("CREATE TABLE");
    }

    [Fact]
    public void Of_ModelWithoutTables_NamesTheMissingLine()
    {
        using var context = new DbContext(Options());

        var of = () => OutboxTables.Of(context);

        of.Should().Throw<OutboxException>().WithMessage("*modelBuilder.AddOutbox()*OnModelCreating*");
    }

    [Fact]
    public void Of_NamesThatNeedQuotes_QuotesThem()
    {
        using var context = new NamedStorageContext(Options());

        var tables = OutboxTables.Of(context);

        tables.Messages.Name.Should().Be("\"Select_outbox_message\"", "SQLite has no schemas");
        tables.Messages["KeyHash"].Should().Be("\"The KeyHash\"");
        OutboxTables.Of(context).Should().BeSameAs(tables);
    }

    [Fact]
    public void RequireArchive_NotAskedFor_IsNotInTheModelAndNamesTheMissingLine()
    {
        using var guest = new GuestStorageContext(Options());
        var tables = OutboxTables.Of(guest);

        tables.Archive.Should().BeNull();
        tables.Invoking(each => each.RequireArchive()).Should().Throw<OutboxException>().WithMessage("*AddOutbox(tables => tables.Archive = true)*");
    }

    private static DbContextOptions Options() => new DbContextOptionsBuilder().UseSqlite("Data Source=never-opened.db").Options;
}
