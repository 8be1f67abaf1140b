using FastCore.Atomics;
using FastCore.Channels;
using FastCore.Channels.Selecting;

namespace FastCore.Tests.Channels;

/// <summary>The shipped select on other atomics, without spins.</summary>
internal sealed class ModelSelect<TAtomics>(int number)
    where TAtomics : struct, IAtomics
{
    private readonly SelectCore<TAtomics> _core = new(number, mostSpins: 0);

    internal SelectRead<int> Read(FastChannel<int> channel) => _core.Add(new SelectRead<int>(channel.Reader, _core, _core.Cases.Count));

    internal SelectWrite<int> Write(FastChannel<int> channel, int item) =>
        _core.Add(new SelectWrite<int>(channel.Writer, _core, _core.Cases.Count) { Item = item });

    internal ValueTask<int> WaitAsync(CancellationToken cancellationToken = default) => _core.WaitAsync(Timeout.InfiniteTimeSpan, cancellationToken);
}
