using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace FastCore.Tracing;

/// <summary>The processor's time stamp counter, read by its instruction: less than half of what the system's clock costs.</summary>
/// <remarks>
/// <para>The runtime has no intrinsic for RDTSC (Intel SDM vol. 2B), so ten bytes of code that read it lie on a page of their own, which can be
/// run and not written. Where such a page is refused, the system's clock stays.</para>
/// <para>It is used only where the kernel's own clock is made of it: then it runs at one rate in all states of the processor, and alike on
/// all processors.</para>
/// </remarks>
internal static unsafe partial class TimeStampCounter
{
    private const int PageSize = 4096;
    private const int ReadWrite = 3;
    private const int ReadExecute = 5;
    private const int PrivateAnonymous = 0x22;

    // rdtsc; shl rdx, 32; or rax, rdx; ret
    private static ReadOnlySpan<byte> Code => [0x0F, 0x31, 0x48, 0xC1, 0xE2, 0x20, 0x48, 0x09, 0xD0, 0xC3];

    private static readonly nint Reader = Find();

    /// <summary>Whether it can be read here.</summary>
    internal static bool IsUsable => Reader != 0;

    /// <summary>What <see cref="Read"/> needs, or 0 where it can't be read.</summary>
    internal static nint Handle => Reader;

    /// <param name="handle"><see cref="Handle"/>, and not 0.</param>
    internal static long Read(nint handle)
    {
        Debug.Assert(handle == Reader && handle != 0, "There is one reader, where there is any.");
        return (long)((delegate* unmanaged[SuppressGCTransition]<ulong>)handle)();
    }

    private static nint Find() => OperatingSystem.IsLinux() && X86Base.X64.IsSupported && IsTheKernelsClock() ? Map() : 0;

    private static bool IsTheKernelsClock()
    {
        try
        {
            // A paravirtual clock is a scale and an offset for the counter; both are followed by ToStopwatch's two anchors.
            if (File.ReadAllText("/sys/devices/system/clocksource/clocksource0/current_clocksource").Trim() is not ("tsc" or "kvm-clock")) return false;
            string flags = File.ReadLines("/proc/cpuinfo").FirstOrDefault(static line => line.StartsWith("flags", StringComparison.Ordinal)) ?? "";
            return flags.Split(' ') is { } all && all.Contains("constant_tsc") && all.Contains("nonstop_tsc");
        }
        catch (Exception hidden) when (hidden is IOException or UnauthorizedAccessException)
        {
            // Without these files nothing is known of the counter, and the system's clock is used.
            return false;
        }
    }

    private static nint Map()
    {
        nint page = MMap(0, PageSize, ReadWrite, PrivateAnonymous, -1, 0);
        if (page == -1) return 0;
        Code.CopyTo(new Span<byte>((void*)page, PageSize));
        if (MProtect(page, PageSize, ReadExecute) == 0) return page;
        _ = MUnmap(page, PageSize);
        return 0;
    }

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial nint MMap(nint address, nuint length, int protection, int flags, int descriptor, long offset);

    [LibraryImport("libc", EntryPoint = "mprotect")]
    private static partial int MProtect(nint address, nuint length, int protection);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int MUnmap(nint address, nuint length);
}
