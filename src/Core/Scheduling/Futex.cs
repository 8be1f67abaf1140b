using System.Runtime.InteropServices;

namespace FastCore.Scheduling;

/// <summary>Sleeping on a number in memory: futex(2).</summary>
internal static partial class Futex
{
    private const int Wait = 128;

    private const int Wake = 129;

    // Of x86-64 and of ARM64.
    private static readonly nint Number = RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => 202,
        Architecture.Arm64 => 98,
        _ => 0,
    };

    /// <summary>Whether this is a system that has it, and whose number for it is known.</summary>
    internal static bool IsSupported { get; } = OperatingSystem.IsLinux() && Number != 0;

    /// <summary>Sleeps if the number is still <paramref name="expected"/>, until somebody wakes it; or for no reason at all.</summary>
    internal static void SleepWhile(ref int location, int expected) => Call(Number, ref location, Wait, expected, 0, 0, 0);

    /// <summary>Wakes one that sleeps there.</summary>
    internal static void WakeOne(ref int location) => Call(Number, ref location, Wake, 1, 0, 0, 0);

    [LibraryImport("libc", EntryPoint = "syscall")]
    private static partial nint Call(nint number, ref int location, nint operation, nint value, nint timeout, nint location2, nint value3);
}
