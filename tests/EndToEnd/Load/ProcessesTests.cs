using FastCore.Cli.Doctor;
using FastCore.Perf.Processes;

namespace FastCore.EndToEnd.Tests.Load;

internal sealed class ProcessesTests
{
    [TestCase("0", new[] { 0 })]
    [TestCase("0,2-4", new[] { 0, 2, 3, 4 })]
    [TestCase("3,1,3", new[] { 1, 3 })]
    public void Lists_of_processors_are_read(string text, int[] expected)
    {
        Assert.That(CpuList.TryParse(text, out var cpus, out var problem), Is.True, problem);
        Assert.That(cpus, Is.EqualTo(expected));
    }

    [TestCase("")]
    [TestCase("a")]
    [TestCase("3-1")]
    [TestCase("1-2-3")]
    [TestCase("-1")]
    [TestCase("9999")]
    public void Nonsense_is_no_list(string text) => Assert.That(CpuList.TryParse(text, out _, out _), Is.False);

    [TestCase(new[] { 0, 1, 2, 5, 7, 8 }, "0-2,5,7-8")]
    [TestCase(new[] { 4 }, "4")]
    public void Lists_are_written_with_ranges(int[] cpus, string text) => Assert.That(CpuList.Format(cpus), Is.EqualTo(text));

    [Test]
    public void Meter_sees_the_time_that_this_process_uses()
    {
        var meter = new ProcessMeter(Environment.ProcessId);
        var before = meter.Sample();
        Assert.That(SpinWait.SpinUntil(() => meter.Sample().Since(in before).CpuNanoseconds > 20_000_000, Hang.Patience), Is.True);
        Assert.That(meter.PeakResidentKib(), Is.GreaterThan(1_000));
        Assert.That(meter.ResidentBytes(), Is.GreaterThan(1_000_000));
    }

    /// <summary>Ten times what it is given is the limit: a look may come late, and what it had by then is not taken back.</summary>
    [Test]
    public void A_squeezed_process_gets_its_share_and_comes_to_its_end()
    {
        var run = SqueezedProcess.Run("/bin/sh", ["-c", "i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done; echo $i; echo done >&2; exit 3"], 0.05, CancellationToken.None);
        Assert.That((run.ExitCode, run.Output, run.Errors), Is.EqualTo((3, "300000\n", "done\n")));
        Assert.That(run.Share, Is.Positive.And.LessThan(0.5));
        TestContext.Out.WriteLine($"{run.Share:P1}");
    }

    /// <summary>Also while it is stopped.</summary>
    [Test]
    public void A_squeezed_process_is_ended_on_demand()
    {
        using var source = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        var run = SqueezedProcess.Run("/bin/sh", ["-c", "while :; do :; done"], 0.01, source.Token);
        Assert.That(run.ExitCode, Is.EqualTo(128 + NativeCalls.SignalTerminate));
    }

    [TestCase("0::/a/b\n", "cgroup.controllers=cpu;cpu.max=max 100000;a/cpu.max=150000 100000;a/b/cpu.max=400000 100000", 1.5, 2)]
    [TestCase("0::/a\n", "cgroup.controllers=cpu;a/cpu.max=max 100000", null, 2)]
    [TestCase("4:memory:/x\n3:cpu,cpuacct:/docker/1\n", "cpu,cpuacct/docker/1/cpu.cfs_quota_us=50000;cpu,cpuacct/docker/1/cpu.cfs_period_us=100000", 0.5, 1)]
    [TestCase("3:cpu:/\n", "cpu/cpu.cfs_quota_us=-1;cpu/cpu.cfs_period_us=100000", null, 1)]
    [TestCase("1:name=systemd:/\n", "", null, null)]
    public void Quota_is_the_tightest_of_the_groups_above(string membership, string files, double? cores, int? version)
    {
        var root = Directory.CreateTempSubdirectory("fastcore-cgroup-").FullName;
        try
        {
            foreach (var file in files.Split(';', StringSplitOptions.RemoveEmptyEntries))
            {
                var path = Path.Combine(root, file[..file.IndexOf('=')]);
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                File.WriteAllText(path, file[(file.IndexOf('=') + 1)..] + "\n");
            }
            File.WriteAllText(Path.Combine(root, "membership"), membership);
            Assert.That(CpuQuota.Read(Path.Combine(root, "membership"), root), Is.EqualTo(new CpuQuota.Limit(cores, version)));
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }
}
