using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using QuickStart.Shop;

namespace QuickStart.Story;

/// <summary>Many orders from several writers at once; every one is to be handled once, in order for each customer.</summary>
internal sealed class ManyOrders(IServiceProvider services, Checklist list)
{
    private const int Writers = 4;
    private const int CustomersOfWriter = 50;

    public async Task RunAsync(int orders)
    {
        list.Step($"{orders:N0} orders of {Writers * CustomersOfWriter} customers, by {Writers} writers at once.");
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(() => WriteAsync(writer, orders))));
        var written = watch.Elapsed;
        list.Say($"saved with their messages in {written.TotalSeconds:N1} s: {orders / written.TotalSeconds:N0} orders/s");

        var handled = await Waiting.ChargesAsync(services, orders);
        var total = watch.Elapsed;
        list.Say($"published and handled after {total.TotalSeconds:N1} s: {handled / total.TotalSeconds:N0} messages/s from the first save to the last charge");
        await CheckAsync(orders);
    }

    private async Task WriteAsync(int writer, int orders)
    {
        for (var i = writer; i < orders; i += Writers)
        {
            await using var scope = services.CreateAsyncScope();
            var customer = 1 + (writer * CustomersOfWriter) + (i / Writers % CustomersOfWriter);
            await OrderPlacing.PlaceAsync(scope.ServiceProvider.GetRequiredService<ShopContext>(), customer);
        }
    }

    private async Task CheckAsync(int orders)
    {
        await using var scope = services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<ShopContext>();
        var saved = await db.Orders.CountAsync();
        var charges = await db.Charges.OrderBy(charge => charge.Id).Select(charge => new { charge.OrderId, charge.CustomerId, charge.OrderNumber }).ToListAsync();
        list.Check(saved == orders && charges.Count == orders, $"{saved:N0} orders were committed and {charges.Count:N0} charges made");
        list.Check(charges.DistinctBy(charge => charge.OrderId).Count() == charges.Count, "no order was charged twice");
        var inOrder = charges.GroupBy(charge => charge.CustomerId)
            .All(customer => customer.Select(charge => charge.OrderNumber).SequenceEqual(Enumerable.Range(1, customer.Count())));
        list.Check(inOrder, "every customer's orders were handled in the order in which they were placed");
    }
}
