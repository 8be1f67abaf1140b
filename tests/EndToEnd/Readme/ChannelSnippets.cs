using System.Threading.Channels;
using FastCore.Broadcast;
using FastCore.Channels;

namespace FastCore.EndToEnd.Tests.Readme;

[TestFixture]
internal sealed class ChannelSnippets
{
    [Test]
    public async Task Drop_in()
    {
        // snippet: channel
        Channel<int> channel = FastChannel.CreateBounded<int>(new BoundedChannelOptions(1024)
        {
            SingleReader = true,
            SingleWriter = true,
        });

        var writing = Task.Run(async () =>
        {
            for (var i = 1; i <= 100; i++)
                await channel.Writer.WriteAsync(i);
            channel.Writer.Complete();
        });

        var sum = 0;
        await foreach (var item in channel.Reader.ReadAllAsync())
            sum += item;
        await writing;
        // end

        Assert.That(sum, Is.EqualTo(5050));
    }

    [Test]
    public async Task Select_over_three()
    {
        var log = new List<string>();
        // snippet: select
        var prices = FastChannel.CreateBounded<decimal>(16);
        var orders = FastChannel.CreateBounded<string>(16);
        using var beat = TimerChannel.Tick(TimeSpan.FromMilliseconds(1));

        var select = new ChannelSelect();
        var price = select.Read(prices.Reader);
        var order = select.Write(orders.Writer);
        var tick = select.Read(beat.Reader);
        order.Item = "ten of each";

        prices.Writer.TryWrite(19.90m);

        // One of them takes place, the one that did longest ago where several can (reads go on for a run); nothing of the others is left behind.
        for (var i = 0; i < 3; i++)
        {
            var index = await select.WaitAsync();
            if (index == price.Index && price.TryTake(out var value))
                log.Add($"price {value}");
            else if (index == order.Index)
                log.Add("ordered");
            else if (tick.TryTake(out _))
                log.Add("tick");
        }
        // end

        Assert.That(log, Has.Count.EqualTo(3));
        Assert.That(log.Distinct(), Is.SubsetOf(new[] { "price 19.90", "ordered", "tick" }));
    }

    [Test]
    public async Task Batches_and_threads()
    {
        // snippet: batches
        var channel = FastChannel.CreateBounded<int>(new BoundedChannelOptions(1024) { SingleReader = true, SingleWriter = true });

        var written = await channel.Writer.WriteBatchAsync(Enumerable.Range(1, 100).ToArray());

        // As many as are there; or as many as fit, but after the first for no longer than this.
        var items = new int[64];
        var some = await channel.Reader.ReadBatchAsync(items);
        var rest = await channel.Reader.ReadBatchAsync(items, maxWait: TimeSpan.FromMilliseconds(1));

        // A plain thread may block: no task, no thread of the pool.
        channel.Writer.Write(1);
        if (channel.Reader.TryRead(out var item, TimeSpan.FromSeconds(1)))
            written += item;
        // end

        Assert.That((some, rest, written), Is.EqualTo((64, 36, 101)));
    }

    [Test]
    public async Task One_for_all()
    {
        var journals = new List<long>();
        var actions = new List<long>();
        // snippet: broadcast
        // Every consumer sees every item; the writer of the journal comes before the one who acts.
        var ring = new BroadcastRing<long>(capacity: 1024, RingPublishers.One);
        using var journal = ring.AddConsumer();
        using var action = ring.AddConsumer(after: journal);
        await ring.PublishAsync(42);
        journals.Add(await journal.ReadAsync());
        actions.Add(await action.ReadAsync());

        // Writes never wait; a slow reader learns how many items it missed.
        var news = new BroadcastChannel<string>(capacity: 2);
        using var reader = news.Subscribe();
        for (var i = 0; i < 5; i++)
            news.Writer.TryWrite($"item {i}");
        var received = await reader.ReceiveAsync();
        Console.WriteLine($"{received.Item}, after {received.Missed} that were missed");
        // end

        Assert.That((journals.Single(), actions.Single()), Is.EqualTo((42L, 42L)));
        Assert.That((received.Item, received.Missed), Is.EqualTo(("item 3", 3L)));
    }
}
