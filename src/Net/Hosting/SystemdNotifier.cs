using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace FastCore.Net.Hosting;

/// <summary>Tells systemd how this process does, if it wants to know (a unit with <c>Type=notify</c> or <c>notify-reload</c>; <c>sd_notify(3)</c>). Any thread may call it.</summary>
public static class SystemdNotifier
{
    private const string Variable = "NOTIFY_SOCKET";

    /// <summary>It serves; after <see cref="Reloading"/>, again.</summary>
    /// <param name="isMain">Tells that this process is the service's from here on, as one that has taken over from another must; the unit needs <c>NotifyAccess=all</c> for that.</param>
    /// <inheritdoc cref="Send"/>
    public static bool Ready(bool isMain = false) => Send(isMain ? string.Create(CultureInfo.InvariantCulture, $"MAINPID={Environment.ProcessId}\nREADY=1") : "READY=1");

    /// <summary>It has begun to end.</summary>
    /// <inheritdoc cref="Send"/>
    public static bool Stopping() => Send("STOPPING=1");

    /// <summary>It reads its configuration again; <see cref="Ready"/> says when it has.</summary>
    /// <inheritdoc cref="Send"/>
    public static bool Reloading() => Send(string.Create(CultureInfo.InvariantCulture, $"RELOADING=1\nMONOTONIC_USEC={Stopwatch.GetTimestamp() / (Stopwatch.Frequency / 1_000_000)}"));

    /// <summary>Sends lines of the protocol, such as <c>STATUS=…</c>.</summary>
    /// <returns>Whether it was sent; false if nobody wants to know.</returns>
    /// <exception cref="SocketException">The service manager's socket does not take it.</exception>
    public static bool Send(string lines)
    {
        ArgumentException.ThrowIfNullOrEmpty(lines);
        if (Environment.GetEnvironmentVariable(Variable) is not { Length: > 1 } name || name[0] is not ('/' or '@')) return false;
        using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        socket.SendTo(Encoding.UTF8.GetBytes(lines), new UnixDomainSocketEndPoint(name[0] == '@' ? $"\0{name[1..]}" : name));
        return true;
    }
}
