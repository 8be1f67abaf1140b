using System.Threading.Channels;
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
}
