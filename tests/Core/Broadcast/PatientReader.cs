using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using FastCore.Tests.Channels;

namespace FastCore.Tests.Broadcast;

/// <summary>Reads made of an attempt and a wait of the model, for readers whose own asynchronous reads need the thread pool.</summary>
internal sealed class PatientReader(ChannelReader<int> reader) : ChannelReader<int>
{
    public override bool TryRead([MaybeNullWhen(false)] out int item) => reader.TryRead(out item);

    public override ValueTask<bool> WaitToReadAsync(CancellationToken cancellationToken = default) => reader.WaitToReadAsync(cancellationToken);

    public override ValueTask<int> ReadAsync(CancellationToken cancellationToken = default)
    {
        int item;
        while (!reader.TryRead(out item)) ChannelScripts.Await(reader.WaitToReadAsync(cancellationToken));
        return new ValueTask<int>(item);
    }
}
