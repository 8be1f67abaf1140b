using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using FastCore.Net.Transport;
using FastCore.Perf.Processes;

namespace FastCore.Cli.Commands;

/// <summary>Options that several commands have, and the ways their values are read.</summary>
internal static class CommonOptions
{
    private static readonly string[] Transports = ["io_uring", "epoll", "portable"];

    public static Option<string?> Transport(string description)
    {
        var option = new Option<string?>("--transport") { Description = description, HelpName = string.Join('|', Transports) };
        option.AcceptOnlyFromAmong(Transports);
        return option;
    }

    public static TransportKind? ToKind(string? name) => TransportSelector.TryParse(name, out var kind) ? kind : null;

    public static Option<int?> Number(string name, string description, int minimum, int maximum) => new(name)
    {
        Description = description,
        HelpName = "N",
        CustomParser = result =>
        {
            if (int.TryParse(result.Tokens[0].Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value >= minimum && value <= maximum) return value;
            result.AddError($"{name} is {result.Tokens[0].Value}; give a number from {minimum} to {maximum}.");
            return null;
        },
    };

    public static Option<TimeSpan?> Time(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "TIME",
        CustomParser = result =>
        {
            if (TryParseTime(result.Tokens[0].Value, out var time)) return time;
            result.AddError($"{name} is '{result.Tokens[0].Value}'; give a time such as 2s, 500ms, 1.5 (seconds) or 1m.");
            return null;
        },
    };

    public static Option<IPAddress?> Address(string description) => new("--address")
    {
        Description = description,
        HelpName = "A",
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (text == "localhost") return IPAddress.Loopback;
            if (IPAddress.TryParse(text, out var address)) return address;
            result.AddError($"--address is '{text}'; give an IP address of this machine, such as 127.0.0.1, 0.0.0.0 or ::.");
            return null;
        },
    };

    public static Option<IPNetwork[]?> Networks(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "LIST",
        CustomParser = result =>
        {
            var networks = new List<IPNetwork>();
            foreach (var text in result.Tokens.SelectMany(static token => token.Value.Split(',')))
            {
                if (IPNetwork.TryParse(text, out var network)) networks.Add(network);
                else if (IPAddress.TryParse(text, out var address)) networks.Add(new IPNetwork(address, address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128));
                else result.AddError($"{name} holds '{text}'; give networks and addresses, such as 10.0.0.0/8,2001:db8::/32,127.0.0.1.");
            }
            return [.. networks];
        },
    };

    public static Option<int[]?> Cpus(string description) => new("--cpus")
    {
        Description = description,
        HelpName = "LIST",
        CustomParser = result =>
        {
            if (!CpuList.TryParse(string.Join(',', result.Tokens.Select(static token => token.Value)), out var cpus, out var problem)) result.AddError($"--cpus: {problem}");
            else if (cpus.Except(CpuPinning.Allowed()).ToArray() is { Length: > 0 } missing) result.AddError($"--cpus: this process may not use {CpuList.Format(missing)}, only {CpuList.Format(CpuPinning.Allowed())}.");
            return cpus;
        },
    };

    public static Option<string?> File(string name, string description) => new(name) { Description = description, HelpName = "FILE" };

    private static bool TryParseTime(string text, out TimeSpan time)
    {
        (string Suffix, double Seconds)[] units = [("ms", 0.001), ("s", 1), ("m", 60), ("", 1)];
        var unit = Array.Find(units, candidate => text.EndsWith(candidate.Suffix, StringComparison.Ordinal));
        time = default;
        if (!double.TryParse(text.AsSpan(0, text.Length - unit.Suffix.Length), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)) return false;
        if (value * unit.Seconds is <= 0 or > 3600) return false;
        time = TimeSpan.FromSeconds(value * unit.Seconds);
        return true;
    }
}
