using FastCore.Perf.Rounds;

namespace FastCore.Perf.Channels;

/// <summary>One thing to measure on our channels and on the stock ones.</summary>
internal abstract class ChannelCase : BenchCase
{
    internal override IReadOnlyList<Contender> Contenders =>
        [.. ((ReadOnlySpan<ChannelSubject>)[ChannelSubject.FastCore, ChannelSubject.Stock]).ToArray().Select(subject => new Contender(subject.Name, () => Begin(subject)))];

    /// <summary>Makes what a subject is measured on.</summary>
    internal abstract CaseRun Begin(ChannelSubject subject);
}
