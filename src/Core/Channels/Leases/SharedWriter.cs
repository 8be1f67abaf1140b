using System.Threading.Channels;
using FastCore.Atomics;

namespace FastCore.Channels.Leases;

/// <summary>What the leases of a writer have in common.</summary>
internal sealed class SharedWriter<T>(ChannelWriter<T> writer)
{
    internal LeaseCount<HardwareAtomics> Leases = new();

    internal ChannelWriter<T> Writer { get; } = writer;
}
