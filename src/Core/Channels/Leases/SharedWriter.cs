using System.Threading.Channels;
using FastCore.Atomics;
using FastCore.Diagnostics;

namespace FastCore.Channels.Leases;

/// <summary>What the leases of a writer have in common.</summary>
internal sealed class SharedWriter<T>
{
    internal LeaseCount<HardwareAtomics> Leases = new();

    internal SharedWriter(ChannelWriter<T> writer)
    {
        Writer = writer;
        if (LiveWaits.IsOn) WaitTarget.NoteLeased(writer, this);
    }

    internal ChannelWriter<T> Writer { get; }
}
