using System.Text.Json;

namespace FastCore.EndToEnd.Tests.Cli;

/// <summary>What the command line says to mistakes and questions.</summary>
internal sealed class CommandLineTests
{
    [TestCase("")]
    [TestCase("serve")]
    [TestCase("serve --demo --port 70000")]
    [TestCase("serve --demo --transport carrier-pigeon")]
    [TestCase("serve --demo --cpus 0-")]
    [TestCase("serve --demo --address nowhere")]
    [TestCase("serve --demo --listen nowhere:1")]
    [TestCase("serve --demo --listen 127.0.0.1")]
    [TestCase("serve --demo --listen unix:")]
    [TestCase("serve --demo --socket-mode 660")]
    [TestCase("serve --demo --proxy-protocol-from 10.0.0.0/33")]
    [TestCase("serve --demo --forwarded-from nowhere")]
    [TestCase("serve --demo --forwarded-hops 2")]
    [TestCase("serve --demo --max-burst 2")]
    [TestCase("serve --demo --hand-over a --control b")]
    [TestCase("serve --demo --listen unix:x --socket-mode 999")]
    [TestCase("bench http --connections 0")]
    [TestCase("bench http --duration soon")]
    [TestCase("bench --assert speed>1")]
    [TestCase("bench channels --json /proc/no/such/file")]
    [TestCase("bench channels --filter no-such-case")]
    [TestCase("bench rings --filter no-such-case")]
    [TestCase("bench alloc --filter no-such-case")]
    [TestCase("bench scheduler --filter no-such-case")]
    [TestCase("bench pool --filter no-such-case")]
    [TestCase("bench map --filter no-such-case")]
    [TestCase("bench tracer --filter no-such-case")]
    [TestCase("bench client --filter no-such-case")]
    [TestCase("check")]
    [TestCase("check channels --ops 0")]
    [TestCase("check channels --kind bounded-65")]
    [TestCase("check scheduler --ops 0")]
    [TestCase("no-such-command")]
    public void Mistakes_are_told_on_stderr_with_exit_code_2(string line)
    {
        var result = FastCoreProgram.Run(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.That(result.ExitCode, Is.EqualTo(2), result.Output);
        Assert.That(result.Error, Does.StartWith("fastcore: "));
        Assert.That(result.Output, Is.Empty);
    }

    [TestCase("--help", "bench")]
    [TestCase("serve --help", "--transport")]
    [TestCase("bench http --help", "--pipeline")]
    [TestCase("check channels --help", "--stock")]
    public void Help_is_good(string line, string part)
    {
        var result = FastCoreProgram.Run(line.Split(' '));
        Assert.That((result.ExitCode, result.Error), Is.EqualTo((0, "")));
        Assert.That(result.Output, Does.Contain(part));
    }

    [Test]
    public void Version_is_one_line() => Assert.That(FastCoreProgram.Run("--version").Output.Trim(), Does.Match(@"^\d+\.\d+\.\d+\S*$"));

    [TestCase("bash", "complete -F _fastcore fastcore")]
    [TestCase("zsh", "compdef _fastcore fastcore")]
    [TestCase("fish", "complete -f -c fastcore")]
    public void Completion_prints_a_script(string shell, string part) => Assert.That(FastCoreProgram.Run("completion", shell).Output, Does.Contain(part));

    [Test]
    public void Completion_works_in_bash()
    {
        var bash = FastCoreProgram.Installed("bash");
        var folder = Path.GetDirectoryName(FastCoreProgram.Executable)!;
        const string Script = "source <(fastcore completion bash); COMP_WORDS=(fastcore bench --pipel); COMP_CWORD=2; COMP_LINE='fastcore bench --pipel'; COMP_POINT=${#COMP_LINE}; _fastcore; echo \"${COMPREPLY[*]}\"";
        var result = FastCoreProgram.Run(bash, ["--norc", "-c", Script], new() { ["PATH"] = $"{folder}:{Environment.GetEnvironmentVariable("PATH")}" });
        Assert.That(result.Output.Trim(), Is.EqualTo("--pipeline"), result.Error);
    }

    [Test]
    public void Doctor_tells_found_wanted_and_fix()
    {
        var result = FastCoreProgram.Run("doctor", "--json");
        using var diagnosis = JsonDocument.Parse(result.Output);
        var root = diagnosis.RootElement;
        Assert.That(root.GetProperty("schema").GetInt32(), Is.EqualTo(1));
        Assert.That(result.ExitCode, Is.EqualTo(root.GetProperty("fast_path").GetBoolean() ? 0 : 1));
        var findings = root.GetProperty("findings").EnumerateArray().ToList();
        Assert.That(findings.Select(finding => finding.GetProperty("name").GetString()), Is.SupersetOf((string[])["kernel", "cores", "CPU quota", "open files", "locked memory", "net.core.somaxconn", "seccomp", "io_uring_setup", "epoll", "transport"]));
        foreach (var finding in findings)
        {
            Assert.That(finding.GetProperty("found").GetString(), Is.Not.Empty);
            Assert.That(finding.GetProperty("wanted").GetString(), Is.Not.Empty);
            var isGood = finding.GetProperty("verdict").GetString() == "Good";
            Assert.That(finding.GetProperty("fix").ValueKind, Is.EqualTo(isGood ? JsonValueKind.Null : JsonValueKind.String), finding.ToString());
        }
    }

    [Test]
    public void Doctor_exits_with_1_when_the_fast_path_is_blocked()
    {
        var result = FastCoreProgram.Run(FastCoreProgram.Executable, ["doctor"], new() { ["FASTCORE_TRANSPORT"] = "epoll" });
        Assert.That(result.ExitCode, Is.EqualTo(1));
        Assert.That(result.Output, Does.Contain("unset FASTCORE_TRANSPORT"));
    }

    [Test]
    public void Doctor_names_the_switch_that_is_on()
    {
        var result = FastCoreProgram.Run(FastCoreProgram.Executable, ["doctor"], new() { ["FASTCORE_NO_URING_MULTISHOT_RECV"] = "1" });
        if (!result.Output.Contains("ok     io_uring_setup", StringComparison.Ordinal)) Assert.Ignore("io_uring can't be used here.");
        Assert.That(result.Output, Does.Contain("switched off by FASTCORE_NO_URING_MULTISHOT_RECV").And.Contain("unset FASTCORE_NO_URING_MULTISHOT_RECV"));
    }

    [Test]
    public void Doctor_sees_that_the_kernel_refuses_io_uring()
    {
        var strace = FastCoreProgram.Installed("strace");
        var result = FastCoreProgram.Run(strace, ["-f", "-o", "/dev/null", "-e", "trace=io_uring_setup", "-e", "inject=io_uring_setup:error=EPERM", FastCoreProgram.Executable, "doctor"], []);
        Assert.That(result.ExitCode, Is.EqualTo(1));
        Assert.That(result.Output, Does.Match(@"BLOCK\s+io_uring_setup\s+io_uring: refused with EPERM").And.Match(@"transport\s+epoll"));
    }

    [Test]
    public void Colours_are_left_out_of_a_pipe() => Assert.That(FastCoreProgram.Run("doctor").Output, Does.Not.Contain("\u001b["));
}
