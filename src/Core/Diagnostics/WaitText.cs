using System.Globalization;

namespace FastCore.Diagnostics;

/// <summary>How waits are told to people.</summary>
internal static class WaitText
{
    internal static string Of(WaitOperation operation) => operation switch
    {
        WaitOperation.Read => "read",
        WaitOperation.WaitToRead => "wait to read",
        WaitOperation.ReadBatch => "read a batch",
        WaitOperation.Write => "write",
        WaitOperation.WaitToWrite => "wait to write",
        WaitOperation.Select => "select",
        WaitOperation.Blocking => "blocking call",
        WaitOperation.Join => "join",
        _ => "gate",
    };

    internal static string Of(LeakReason reason) => reason switch
    {
        LeakReason.Collected => "collected",
        LeakReason.LeasesLost => "leases lost",
        _ => "old",
    };

    /// <summary>What is waited for, in a phrase: <c>read jobs (bounded channel (64) of Int32)</c>.</summary>
    internal static string Of(WaitOperation operation, string on, string kind)
    {
        if (operation == WaitOperation.Select) return $"select: {on}";
        string what = on.Length == 0 ? kind : $"{on} ({kind})";
        return what.Length == 0 ? Of(operation) : $"{Of(operation)} {what}";
    }

    internal static double Milliseconds(TimeSpan time) => Math.Round(time.TotalMilliseconds, 3);

    internal static string Number(double number) => number.ToString("0.###", CultureInfo.InvariantCulture);
}
