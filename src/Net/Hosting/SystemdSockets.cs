using System.Globalization;

namespace FastCore.Net.Hosting;

/// <summary>Sockets that systemd has opened for this process, by a socket unit with <c>Accept=no</c> (<c>sd_listen_fds(3)</c>).</summary>
public static class SystemdSockets
{
    private const string ProcessVariable = "LISTEN_PID";
    private const string CountVariable = "LISTEN_FDS";
    private const string NamesVariable = "LISTEN_FDNAMES";
    private const string ProcessDescriptorVariable = "LISTEN_PIDFDID";
    private const int First = 3;
    private const int Most = 1024;

    /// <summary>
    /// Takes the sockets. None of them is inherited by processes that this one starts, and the variables that tell of them are removed,
    /// so that a second call, and a process that is started, finds none.
    /// </summary>
    /// <returns>Them, in the order of the unit; none if there are none for this process.</returns>
    /// <exception cref="InvalidOperationException">The variables are not what they should be, or one that is passed is no listening stream socket.</exception>
    public static IReadOnlyList<InheritedSocket> Take() => Take(First);

    internal static IReadOnlyList<InheritedSocket> Take(int first)
    {
        var (process, count, names) = (Remove(ProcessVariable), Remove(CountVariable), Remove(NamesVariable));
        Remove(ProcessDescriptorVariable);
        // They may have been meant for a process that has started this one.
        if (process == null || count == null || process != Environment.ProcessId.ToString(CultureInfo.InvariantCulture)) return [];
        if (!OperatingSystem.IsLinux()) return [];
        if (!int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number > Most)
            throw new InvalidOperationException($"{CountVariable} is '{count}'; it should be a number of sockets, {Most} at most.");
        var called = names?.Split(':') ?? [];
        if (names != null && called.Length != number) throw new InvalidOperationException($"{NamesVariable} is '{names}', which does not name {number} sockets.");
        var sockets = new List<InheritedSocket>(number);
        try
        {
            for (var index = 0; index < number; index++) sockets.Add(InheritedSocket.Of(first + index, names == null ? "" : called[index], takesFile: false));
            return sockets;
        }
        catch
        {
            foreach (var socket in sockets) socket.Dispose();
            throw;
        }
    }

    private static string? Remove(string name)
    {
        var value = Environment.GetEnvironmentVariable(name);
        if (value != null) Environment.SetEnvironmentVariable(name, null);
        return string.IsNullOrEmpty(value) ? null : value;
    }
}
