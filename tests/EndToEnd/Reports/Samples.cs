using FastCore.Perf.Results;

namespace FastCore.EndToEnd.Tests.Reports;

/// <summary>Results that no machine ever measured, to try the reports on.</summary>
internal static class Samples
{
    public static CaseResult Result(string name, string subject, double cpu, double p99 = 900) => new()
    {
        Name = name,
        Subject = subject,
        Metrics = { ["requests_per_second"] = 1e6 / cpu, ["cpu_us_per_request"] = cpu, ["user_us_per_request"] = cpu / 4, ["p99_us"] = p99 },
        Rounds = new() { ["cpu_us_per_request"] = [cpu, cpu] },
        Latency = [new(0, 10), new(50, 100), new(99, p99)],
    };

    public static BenchReport Report(params CaseResult[] cases) => new()
    {
        Machine = new MachineInfo { Cpu = "A <fast> one", Cores = 2, Kernel = "6.1", Os = "Debian", Runtime = ".NET 10", Date = "2026-01-01T00:00:00Z", Version = "0.1.0", Commit = "0123456789abcdef", Dirty = true },
        Cases = [.. cases],
    };

    public static BenchReport TwoSubjects()
    {
        var kestrel = Result("http/plaintext/c64/p1", "kestrel-aot", 10);
        var ours = Result("http/plaintext/c64/p1", "fastcore/io_uring", 4);
        return Report(ours with { Ratio = CaseRatio.Between(ours, kestrel) }, kestrel);
    }
}
