using System.CommandLine;
using System.Text;
using System.Text.Json;
using FastCore.Cli.Commands;
using FastCore.Cli.Settings;

namespace FastCore.EndToEnd.Tests.Cli;

/// <summary>Options of <c>fastcore serve</c> in a file and in the environment.</summary>
[NonParallelizable]
internal sealed class SettingsTests
{
    /// <summary>Something for every option, which goes with all the others. A new option belongs here; without it the tests fail.</summary>
    private static readonly Dictionary<string, string[]> Samples = new()
    {
        ["dir"] = ["a folder"],
        ["transport"] = ["epoll"],
        ["cpus"] = ["0"],
        ["demo"] = ["true"],
        ["trace"] = ["a.html"],
        ["trace-out"] = ["traces"],
        ["trace-keep"] = ["1.5"],
        ["trace-limit"] = ["20ms"],
        ["control"] = ["control.sock"],
        ["gc-mode"] = ["sustained-low-latency"],
        ["port"] = ["8081"],
        ["address"] = ["::1"],
        ["listen"] = ["[::1]:8082", "unix:@name"],
        ["socket-mode"] = ["660"],
        ["socket-owner"] = ["0"],
        ["socket-group"] = ["0"],
        ["proxy-protocol-from"] = ["10.0.0.0/8", "::1"],
        ["forwarded-from"] = ["10.0.0.0/8,127.0.0.1"],
        ["forwarded-by"] = ["forwarded"],
        ["forwarded-hops"] = ["2"],
        ["max-connections"] = ["100"],
        ["max-per-address"] = ["10"],
        ["max-per-second"] = ["1000"],
        ["max-burst"] = ["50"],
        ["min-response-rate"] = ["0"],
        ["list"] = ["true"],
        ["hidden"] = ["false"],
        ["compress"] = ["true"],
        ["cache-control"] = ["max-age=60, \"quoted\" = ü\\"],
        ["tls-cert"] = ["certificate.pem"],
        ["tls-key"] = ["key.pem"],
        ["stats"] = ["true"],
        ["stats-interval"] = ["2s"],
        ["access-log"] = ["access.log"],
        ["access-log-format"] = ["json"],
    };

    /// <summary>Goes with all but --control.</summary>
    private const string HandOver = "hand-over";

    private readonly List<string> _variables = [];
    private string _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("fastcore-settings-").FullName;

    [TearDown]
    public void Clean()
    {
        foreach (var variable in _variables) Environment.SetEnvironmentVariable(variable, null);
        _variables.Clear();
        Directory.Delete(_folder, recursive: true);
    }

    [Test]
    public void Every_option_has_a_sample()
    {
        var command = ServeCommand.Create();
        var keys = command.Options.Select(static option => option.Name[2..]).Concat(command.Arguments.Select(static argument => argument.Name.ToLowerInvariant()));
        Assert.That(keys, Is.EquivalentTo([.. Samples.Keys, HandOver, "config", "print-config", "check-config"]));
    }

    [Test]
    public void Every_option_can_stand_in_a_file()
    {
        var file = Write($"{{ {string.Join(", ", Samples.Select(static sample => $"\"{sample.Key}\": {Json(sample.Value)}"))} }}");
        AssertAll(Parse("serve", "--config", file));
    }

    [Test]
    public void Every_option_can_stand_in_the_environment()
    {
        foreach (var (key, values) in Samples) Set($"FASTCORE_SERVE_{key.ToUpperInvariant().Replace('-', '_')}", string.Join(' ', values));
        AssertAll(Parse("serve"));
    }

    [Test]
    public void What_is_printed_is_read_as_the_same()
    {
        var file = Write($"{{ {string.Join(", ", Samples.Select(static sample => $"\"{sample.Key}\": {Json(sample.Value)}"))} }}");
        var printed = Print(Parse("serve", "--config", file, "--print-config"));
        Assert.That(printed, Does.Contain($"// from {file}:1").And.Contain("\"port\": 8081,").And.Contain("\"hidden\": false,"));
        var again = Write(printed);
        AssertAll(Parse("serve", "--config", again));
        // With every option that is not set uncommented, it is JSON still.
        using var json = JsonDocument.Parse(Print(Parse("serve", "--print-config")).Replace("  // \"", "  \"", StringComparison.Ordinal).Replace(": N,", ": 1,", StringComparison.Ordinal), new JsonDocumentOptions { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip });
        Assert.That(json.RootElement.EnumerateObject().Select(static member => member.Name), Is.EquivalentTo([.. Samples.Keys, HandOver]));
    }

    [Test]
    public void Flags_go_before_the_environment_and_that_before_the_file()
    {
        Set("FASTCORE_SERVE_CONFIG", Write("""{ "dir": "of-file", "port": 1, "max-connections": 1, "max-per-address": 1, "list": true, "listen": ["[::1]:1", "[::1]:2"] }"""));
        Set("FASTCORE_SERVE_MAX_CONNECTIONS", "2");
        Set("FASTCORE_SERVE_MAX_PER_ADDRESS", "2");
        Set("FASTCORE_SERVE_DIR", "of-environment");
        Set("FASTCORE_SERVE_TRANSPORT", "");
        var printed = Print(Parse("serve", "of-flags", "--max-connections", "3", "--list=false", "--listen", "[::1]:3"));
        Assert.That(Members(printed), Is.EqualTo(new[]
        {
            "\"dir\": \"of-flags\", // from the command line", "\"port\": 1, // from serve.json:1", "\"listen\": \"[::1]:3\", // from the command line",
            "\"max-connections\": 3, // from the command line", "\"max-per-address\": 2, // from FASTCORE_SERVE_MAX_PER_ADDRESS", "\"list\": false, // from the command line",
        }));
    }

    [TestCase("{ \"prot\": 1 }", ":1: there is no option 'prot'; did you mean 'port'?")]
    [TestCase("{\n // one\n \"maxConnections\": 1 }", ":3: there is no option 'maxConnections'; did you mean 'max-connections'?")]
    [TestCase("{ \"quite-something-else\": 1 }", ":1: there is no option 'quite-something-else'.")]
    [TestCase("{ \"config\": \"b.json\" }", ":1: there is no option 'config'.")]
    [TestCase("{ \"port\": 1,\n \"port\": 2 }", ":2: 'port' is given a second time.")]
    [TestCase("{ \"port\": {\"a\": [1]},\n \"prot\": 2 }", ":1: 'port' is neither", ":2: there is no option 'prot'")]
    [TestCase("{ \"listen\": [1, [2], {\"a\": 3}],\n \"prot\": 2 }", ":1: 'listen' is neither", ":2: there is no option 'prot'")]
    [TestCase("{ \"prot\": [{\"a\": 1}, 2],\n \"prto\": 2 }", ":1: there is no option 'prot'", ":2: there is no option 'prto'")]
    [TestCase("{ \"demo\": true,\n\n \"port\": 70000 }", ":3: --port is 70000; give a number from 0 to 65535.")]
    [TestCase("{ \"demo\": true,\n \"port\": [1, 2] }", ":2: Option '--port' expects a single argument")]
    [TestCase("{ \"demo\": true,\n \"port\": 1.5 }", ":2: --port is 1.5; give a number")]
    [TestCase("{ \"demo\": true,\n \"list\": \"maybe\" }", ":2: --list is 'maybe'; give true or false.")]
    [TestCase("{ \"demo\": true,\n \"max-burst\": 2 }", ":2: --max-burst goes with --max-per-second.")]
    [TestCase("{ \"demo\": true,\n \"transport\": \"pigeon\" }", ":2: Argument 'pigeon' not recognized")]
    [TestCase("{ \"dir\": \"a\\u0000b\" }", ":1: 'dir' holds a NUL character.")]
    [TestCase("[1]", ":1: give one JSON object")]
    [TestCase("{ \"port\": 1\n \"list\": true }", ":2: ")]
    [TestCase("{ \"port\": 1 }\n}", ":2: ")]
    [TestCase("{ \"port\": ", ":1: ")]
    [TestCase("", ":1: ")]
    [TestCase("{ \"cache-control\": \"\\ud800\" }", ": ")]
    public void What_is_wrong_is_told_with_its_line(string json, params string[] expected)
    {
        Write(json);
        var faults = Faults("serve", "--demo", "--config", Path.Combine(_folder, "serve.json"));
        foreach (var part in expected) Assert.That(faults, Has.Some.StartsWith("serve.json" + part));
    }

    [TestCase("PROT", "1", "FASTCORE_SERVE_PROT is no option's variable; did you mean 'FASTCORE_SERVE_PORT'?")]
    [TestCase("PRINT_CONFIG", "true", "FASTCORE_SERVE_PRINT_CONFIG is no option's variable.")]
    [TestCase("PORT", "tcp://10.0.0.1", "FASTCORE_SERVE_PORT: --port is tcp://10.0.0.1; give a number from 0 to 65535.")]
    [TestCase("DEMO", "1", "FASTCORE_SERVE_DEMO: --demo is '1'; give true or false.")]
    [TestCase("CONFIG", "/no/such/file", "--config: Could not find")]
    public void What_is_wrong_is_told_with_its_variable(string name, string value, string expected)
    {
        Set($"FASTCORE_SERVE_{name}", value);
        Assert.That(Faults("serve", "."), Has.Some.StartsWith(expected));
    }

    [Test]
    public void A_folder_may_be_called_as_an_option_is()
    {
        Set("FASTCORE_SERVE_DIR", "--demo");
        Assert.That(Members(Print(Parse("serve", "--", "--list"))), Is.EqualTo(new[] { "\"dir\": \"--list\", // from the command line" }), "The command line's own goes before it.");
        Assert.That(Members(Print(Parse("serve"))), Is.EqualTo(new[] { "\"dir\": \"./--demo\", // from FASTCORE_SERVE_DIR" }));
    }

    [Test]
    public void Help_is_given_whatever_a_file_says() => Assert.That(FastCoreCommand.Parse(["serve", "--config", Write("nonsense"), "--help"]).Faults, Is.Empty);

    private static ParseResult Parse(params string[] args)
    {
        var (parsed, faults) = FastCoreCommand.Parse(args);
        Assert.That(faults, Is.Empty);
        return parsed;
    }

    /// <summary>What is wrong, without the folder in front of the file.</summary>
    private IReadOnlyList<string> Faults(params string[] args) => [.. FastCoreCommand.Parse(args).Faults.Select(fault => fault.Replace(_folder + "/", "", StringComparison.Ordinal))];

    private static string Print(ParseResult parsed)
    {
        using var text = new StringWriter();
        ((ConfigurableCommand)parsed.CommandResult.Command).Print(parsed, text);
        return text.ToString();
    }

    private IEnumerable<string> Members(string printed) => printed.Split('\n').Select(static line => line.Trim()).Where(static line => line.StartsWith('"')).Select(line => line.Replace(_folder + "/", "", StringComparison.Ordinal));

    /// <summary>Every option has its sample as its value.</summary>
    private static void AssertAll(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        foreach (var symbol in (Symbol[])[.. command.Options, .. command.Arguments])
        {
            var key = symbol.Name.TrimStart('-').ToLowerInvariant();
            if (!Samples.TryGetValue(key, out var values)) continue;
            Assert.That(parsed.GetResult(symbol)?.Tokens.Select(static token => token.Value), Is.EqualTo(values), key);
        }
    }

    private static string Json(string[] values)
    {
        var texts = values.Select(static value => value is "true" or "false" ? value : int.TryParse(value, out _) ? value : JsonSerializer.Serialize(value)).ToArray();
        return texts is [var one] ? one : $"[{string.Join(", ", texts)}]";
    }

    private string Write(string text)
    {
        var file = Path.Combine(_folder, "serve.json");
        // With the mark that some editors put in front.
        File.WriteAllText(file, text, new UTF8Encoding(encoderShouldEmitUTF8Identifier: text.Length % 2 == 0));
        return file;
    }

    private void Set(string name, string value)
    {
        _variables.Add(name);
        Environment.SetEnvironmentVariable(name, value);
    }
}
