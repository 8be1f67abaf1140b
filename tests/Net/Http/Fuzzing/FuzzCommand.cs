using System.Diagnostics;
using System.Globalization;
using System.Net;
using FastCore.Net.Http;
using FastCore.Net.Transport;
using SharpFuzz;

namespace FastCore.Net.Tests.Http.Fuzzing;

/// <summary>
/// The long runs, in a process of their own: what <c>scripts/fuzz.sh</c> calls. A run ends with zero if everything held, and
/// with one and the input if something did not; an access outside of an input ends the process, and the input is in the file.
/// </summary>
internal static class FuzzCommand
{
    public const string Name = "fuzz";

    private const string DifferentialName = "differential";

    private const string Usage = """
        fuzz run TARGET|differential MINUTES SEED FILE   mutations from the seed on; FILE keeps the present input
        fuzz replay TARGET|differential FILE             one input
        fuzz afl TARGET                                  inputs from afl-fuzz, through an instrumented FastCore.Net.dll
        fuzz seeds TARGET FOLDER                         the target's seeds as files, for afl-fuzz to begin with
        fuzz dictionary FILE                             what afl-fuzz may put in anywhere
        fuzz names                                       the targets
        """;

    public static int Do(string[] arguments)
    {
        switch (arguments)
        {
            case ["run", var name, var minutes, var seed, var file]:
                return Run(name, TimeSpan.FromMinutes(double.Parse(minutes, CultureInfo.InvariantCulture)), int.Parse(seed, CultureInfo.InvariantCulture), file);
            case ["replay", var name, var file]:
                return Guarded(() => Feed(name, File.ReadAllBytes(file)));
            case ["afl", var name]:
                FeedFromAfl(name);
                return 0;
            case ["seeds", var name, var folder]:
                WriteSeeds(name, folder);
                return 0;
            case ["dictionary", var file]:
                File.WriteAllLines(file, Mutator.Inserts.Select(static text => $"\"{string.Concat(text.Select(static each => $"\\x{(int)each:X2}"))}\""));
                return 0;
            case ["names"]:
                foreach (var name in FuzzTargets.Names) Console.WriteLine(name);
                return 0;
            default:
                Console.Error.WriteLine(Usage);
                return 2;
        }
    }

    private static int Run(string name, TimeSpan time, int seed, string file)
    {
        Console.WriteLine($"{name}: {time.TotalMinutes:0.##} minutes from seed {seed}");
        using var present = File.OpenHandle(file, FileMode.Create, FileAccess.Write, FileShare.ReadWrite);
        return Guarded(() =>
        {
            if (name == DifferentialName)
            {
                Compare(time, seed, Keep);
                return;
            }
            using var target = FuzzTargets.Create(name);
            var run = new FuzzRun(target, seed);
            run.FeedSeeds(Keep);
            run.Mutate(time, Keep);
            Console.WriteLine($"{name}: {run.Rounds} inputs, all held");
        });

        void Keep(byte[] bytes)
        {
            RandomAccess.SetLength(present, bytes.Length);
            RandomAccess.Write(present, bytes, 0);
        }
    }

    private static int Guarded(Action action)
    {
        try
        {
            action();
            return 0;
        }
        catch (FuzzFailure failure)
        {
            Console.Error.WriteLine(failure.Message);
            return 1;
        }
    }

    private static void Feed(string name, byte[] bytes)
    {
        if (name == DifferentialName)
        {
            using var servers = new Servers();
            foreach (var differential in servers.Differentials) differential.Compare(bytes, [bytes.Length]);
            return;
        }
        using var target = FuzzTargets.Create(name);
        target.Run(bytes, seed: 0);
    }

    /// <summary>On every transport in turn; some of what one of the two servers refuses is told.</summary>
    private static void Compare(TimeSpan time, int seed, Action<byte[]> keep)
    {
        using var servers = new Servers();
        using var seeds = new RequestHeadTarget();
        var begin = Stopwatch.GetTimestamp();
        var rounds = 0;
        for (; Stopwatch.GetElapsedTime(begin) < time; rounds++)
        {
            var roundSeed = unchecked(seed + rounds);
            var bytes = FuzzRun.InputOf(seeds, roundSeed);
            keep(bytes);
            var cut = new Random(roundSeed).Next(bytes.Length + 1);
            try
            {
                servers.Differentials[rounds % servers.Differentials.Count].Compare(bytes, [cut, bytes.Length - cut]);
            }
            catch (FuzzFailure failure)
            {
                throw new FuzzFailure($"seed {roundSeed}: {failure.Message}");
            }
        }
        Console.WriteLine($"{DifferentialName}: {rounds} inputs, none framed differently; alike {servers.Differentials.Sum(static each => each.Same)}, Kestrel served more of {servers.Differentials.Sum(static each => each.OursIsStricter)}, we of {servers.Differentials.Sum(static each => each.TheirsIsStricter)}");
    }

    private static void FeedFromAfl(string name)
    {
        // Instrumented code may not run before the map of edges is there, which the first call is told of: the target, whose
        // seeds are read with the parser, is made there.
        FuzzTarget? target = null;
        var room = new byte[FuzzTarget.MaxInput];
        Fuzzer.OutOfProcess.Run(stream =>
        {
            target ??= FuzzTargets.Create(name);
            var length = stream.ReadAtLeast(room, room.Length, throwOnEndOfStream: false);
            target.Run(room.AsSpan(0, length), seed: length);
        });
    }

    private static void WriteSeeds(string name, string folder)
    {
        Directory.CreateDirectory(folder);
        using var target = FuzzTargets.Create(name);
        for (var i = 0; i < target.Seeds.Count; i++) File.WriteAllBytes(Path.Combine(folder, $"{i:000}"), target.Seeds[i]);
    }

    /// <summary>Our server on every transport that there is, beside Kestrel.</summary>
    private sealed class Servers : IDisposable
    {
        private readonly KestrelPeer _kestrel = new();
        private readonly List<HttpServer> _ours = [];
        private readonly HashSet<string> _told = [];

        public Servers()
        {
            foreach (var kind in Enum.GetValues<TransportKind>())
            {
                var server = new HttpServer(FramingEcho.Options with { EndPoint = new IPEndPoint(IPAddress.Loopback, 0), Transport = kind });
                FramingEcho.Map(server);
                try
                {
                    server.Start();
                }
                catch (TransportUnavailableException absent)
                {
                    Console.WriteLine(absent.Message);
                    server.Dispose();
                    continue;
                }
                _ours.Add(server);
                Differentials.Add(new Differential(server.EndPoint, _kestrel.EndPoint) { OnStricter = Tell });
            }
        }

        public List<Differential> Differentials { get; } = [];

        private void Tell(byte[] bytes, string ours, string theirs)
        {
            if (bytes.Length < 400 && _told.Count < 60 && _told.Add($"{ours.Split(' ')[^1]} {theirs.Split(' ')[^1]} {ours.Length - theirs.Length}"))
                Console.WriteLine($"ours {ours}; Kestrel {theirs}: {FuzzRun.Printable(bytes)}");
        }

        public void Dispose()
        {
            foreach (var server in _ours) server.Dispose();
            _kestrel.Dispose();
        }
    }
}
