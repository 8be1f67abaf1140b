using FastCore.Perf.Rounds;

namespace FastCore.Perf.Scheduling;

/// <summary>What spawning, forking, handing over cost.</summary>
internal class SchedulerCase(string name, IReadOnlyList<Contender> contenders) : BenchCase
{
    internal override string Name => $"scheduler/{name}";

    internal override IReadOnlyList<Contender> Contenders => contenders;
}

/// <summary>How soon work starts: what lies between two items is waiting on purpose, and says nothing.</summary>
/// <param name="name">Its name.</param>
/// <param name="firstOperations">How many take some milliseconds.</param>
/// <param name="contenders">Who is measured.</param>
internal sealed class WaitCase(string name, long firstOperations, IReadOnlyList<Contender> contenders) : SchedulerCase(name, contenders)
{
    internal override long FirstOperations => firstOperations;

    internal override bool HasSpeed => false;
}

/// <summary>What nothing costs, in one long round, ten seconds where other rounds have the usual time.</summary>
internal sealed class IdleCase(string name, IReadOnlyList<Contender> contenders) : SchedulerCase(name, contenders)
{
    internal override long FirstOperations => 1;

    internal override bool HasSpeed => false;

    internal override int Stretch => 50;

    internal override int Rounds(int asked) => 1;
}
