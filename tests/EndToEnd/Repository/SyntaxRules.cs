using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace FastCore.EndToEnd.Tests.Repository;

/// <summary>Rules about C# code: what is said in comments and strings is no code and breaks none of them.</summary>
internal static class SyntaxRules
{
    /// <summary>Where pointers may stand, besides the programs that call the kernel themselves.</summary>
    private static readonly string[] UnsafeRooms =
    [
        "src/Core/Rings/",
        "src/Core/Memory/",
        "src/Core/Collections/Prefetch.cs",
        "src/Core/Tracing/TimeStampCounter.cs",
        "src/Net/Transport/",
        "src/Net/Http/Parsing/",
    ];

    /// <summary>Where references may be computed without bounds checks: the rooms above, and what is built of sequenced slots.</summary>
    private static readonly string[] UncheckedRooms = [.. UnsafeRooms, "src/Core/Atomics/", "src/Core/Channels/", "src/Core/Broadcast/", "src/Core/Collections/", "src/Core/Pooling/", "src/Core/Scheduling/LocalQueue.cs", "src/Core/Scheduling/SharedQueue.cs"];

    /// <summary>Lock-free code that the interleaving explorer runs.</summary>
    private static readonly string[] ExploredRooms = ["src/Core/Rings/", "src/Core/Channels/", "src/Core/Broadcast/", "src/Core/Collections/", "src/Core/Memory/RemoteFrees.cs", "src/Core/Memory/SpanSharing.cs", "src/Core/Memory/SpanStack.cs", "src/Core/Scheduling/LocalQueue.cs", "src/Core/Scheduling/Parking.cs", "src/Core/Scheduling/SharedQueue.cs", "src/Core/Tracing/TraceRing.cs"];

    public static readonly Rule[] All = OfCSharp(
    [
        new Rule(
            "Pointers only in their rooms",
            $"The safe face has none. Move the code into an engine's folder: {string.Join(", ", UnsafeRooms)}.",
            file => file.IsUnder("src/") && !IsIn(file, UnsafeRooms),
            file => At(file, file.Root.DescendantNodesAndTokens().Where(IsPointerCode), "pointer code"),
            new SourceFile("src/Net/Http/A.cs", "class A { unsafe void M(byte* p) { } }")),
        new Rule(
            "The safe face has no pointers",
            "A public signature takes and gives spans, memory, arrays or handles. RawHeap alone is for those who ask for pointers.",
            file => file.IsUnder("src/") && !IsIn(file, ["src/Core/Memory/RawHeap.cs"]),
            file => At(file, file.Root.DescendantNodes().OfType<TypeSyntax>()
                .Where(type => type.Kind() is SyntaxKind.PointerType or SyntaxKind.FunctionPointerType && IsPublicSignature(type))
                .Select(type => (SyntaxNodeOrToken)type), "pointer in a public signature"),
            new SourceFile("src/Core/Rings/A.cs", "public class A { public unsafe void M(byte* p) { } }")),
        Calls(
            "Unchecked references only in their rooms",
            $"Use spans; the engines alone ({string.Join(", ", UncheckedRooms)}) may leave the bounds check out, and say why it holds.",
            file => file.IsUnder("src/") && !IsIn(file, UncheckedRooms),
            ["Unsafe.*", "MemoryMarshal.GetReference", "MemoryMarshal.GetArrayDataReference", "MemoryMarshal.CreateSpan", "MemoryMarshal.CreateReadOnlySpan"],
            "src/Net/Http/A.cs", "Unsafe.Add(ref x, 1)"),
        Calls(
            "Lock-free code reaches memory through IAtomics",
            "Take TAtomics as a type parameter: what goes round it is not explored.",
            file => IsIn(file, ExploredRooms),
            ["Volatile.*", "Interlocked.*", "Thread.MemoryBarrier"],
            "src/Core/Rings/A.cs", "Volatile.Read(ref x)"),
        Calls(
            "No sleep",
            "A sleep guesses when something has happened. Wait for the event itself: a TaskCompletionSource, a semaphore, the reactor's timer, SpinWait.SpinUntil with a limit.",
            file => file.IsUnder("src/") || file.IsUnder("tests/"),
            ["Thread.Sleep", "Task.Delay"],
            "tests/A.cs", "Thread.Sleep(10)",
            unless: call => IsTimeLimit(call) || IsForever(call)) with
        {
            Excused = new Dictionary<string, string>
            {
                ["src/Net/Transport/Uring/UringSetup.cs"] = "at set-up alone: the kernel gives back the locked memory of an ended process late, and tells nobody when",
            },
        },
        Calls(
            "No wall clock in the libraries",
            "Read the reactor's clock, Stopwatch.GetTimestamp for a span of time, or a TimeProvider that a test can set: the wall clock jumps and costs a call.",
            file => file.IsUnder("src/"),
            ["DateTime.Now", "DateTime.UtcNow", "DateTimeOffset.Now", "DateTimeOffset.UtcNow"],
            "src/Net/A.cs", "var now = DateTime.UtcNow"),
        Calls(
            "No console in the libraries",
            "A library writes to what it is given: a TextWriter, an event, an exception.",
            file => file.IsUnder("src/"),
            ["Console.*"],
            "src/Net/A.cs", "Console.WriteLine()"),
        Calls(
            "No forced collection in the libraries",
            "The host decides when to collect. LiveWaits.FindLeaks does it for a caller who says so.",
            file => file.IsUnder("src/") && !IsIn(file, ["src/Core/Diagnostics/LiveWaits.cs"]),
            ["GC.Collect"],
            "src/Net/A.cs", "GC.Collect()"),
        Calls(
            "No end of the process in the libraries",
            "Throw: the host decides whether it lives.",
            file => file.IsUnder("src/"),
            ["Environment.Exit", "Environment.FailFast"],
            "src/Net/A.cs", "Environment.Exit(1)"),
        Calls(
            "Random tests can be repeated",
            "new Random(seed), and print the seed when the test fails.",
            file => file.IsUnder("tests/"),
            ["Random.Shared", "RandomNumberGenerator.*"],
            "tests/A.cs", "Random.Shared.Next()"),
        new Rule(
            "Random tests have a seed",
            "new Random(seed), and print the seed when the test fails.",
            file => file.IsUnder("tests/"),
            file => At(file, file.Root.DescendantNodes().OfType<ObjectCreationExpressionSyntax>()
                .Where(creation => creation.Type.ToString() == "Random" && creation.ArgumentList?.Arguments.Count is null or 0)
                .Select(creation => (SyntaxNodeOrToken)creation), "new Random()"),
            new SourceFile("tests/A.cs", "class A { object r = new Random(); }")),
        new Rule(
            "No catch that hides",
            "Handle what is expected by its type and say why it may be dropped in code that uses it; let the rest through.",
            _ => true,
            file => At(file, file.Root.DescendantNodes().OfType<CatchClauseSyntax>().Where(IsSilent).Select(node => (SyntaxNodeOrToken)node), "empty catch of everything"),
            new SourceFile("src/A.cs", "class A { void M() { try { } catch (Exception) { } } }")),
        new Rule(
            "No async void in the libraries",
            "Its exception ends the process of the host. Return a Task and observe it.",
            file => file.IsUnder("src/"),
            file => At(file, file.Root.DescendantNodes().OfType<MethodDeclarationSyntax>()
                .Where(method => method.Modifiers.Any(SyntaxKind.AsyncKeyword) && method.ReturnType.ToString() == "void")
                .Select(method => (SyntaxNodeOrToken)method.Identifier), "async void"),
            new SourceFile("src/A.cs", "class A { async void M() { } }")),
        new Rule(
            "The namespace is the folder's",
            "A reader finds the file by its name.",
            file => file.IsUnder("src/"),
            NamespaceFindings,
            new SourceFile("src/Core/Rings/A.cs", "namespace FastCore.Channels;")),
    ]);

    /// <summary>The rules of this file parse what they look at, so they are shown C# alone.</summary>
    private static Rule[] OfCSharp(Rule[] rules) =>
        [.. rules.Select(rule => rule with { Applies = file => file.IsCSharp && rule.Applies(file) })];

    /// <summary>A rule that forbids members by name: <c>Type.Member</c>, or <c>Type.*</c> for all of them.</summary>
    private static Rule Calls(string name, string reason, Func<SourceFile, bool> applies, string[] members, string brokenPath, string brokenCall, Func<SyntaxNode, bool>? unless = null) => new(
        name,
        reason,
        applies,
        file => file.Root.DescendantNodes().OfType<MemberAccessExpressionSyntax>()
            .Where(access => Names(access, members) && unless?.Invoke(access) != true)
            .Select(access => file.At(access.SpanStart, access.ToString())),
        new SourceFile(brokenPath, $"class A {{ void M() {{ {brokenCall}; }} }}"));

    private static bool Names(MemberAccessExpressionSyntax access, string[] members)
    {
        // The last name before the dot, so that System.Threading.Thread.Sleep is seen too.
        var type = access.Expression switch
        {
            IdentifierNameSyntax simple => simple.Identifier.ValueText,
            MemberAccessExpressionSyntax qualified => qualified.Name.Identifier.ValueText,
            _ => "",
        };
        return members.Contains($"{type}.{access.Name.Identifier.ValueText}") || members.Contains($"{type}.*");
    }

    /// <summary>Whether a call stands in <c>Task.WhenAny</c>: there it limits the wait for something else.</summary>
    private static bool IsTimeLimit(SyntaxNode call) => call.Ancestors().OfType<InvocationExpressionSyntax>()
        .Any(outer => outer.Expression is MemberAccessExpressionSyntax access && Names(access, ["Task.WhenAny"]));

    /// <summary>Whether a thread is put away for good, which guesses nothing.</summary>
    private static bool IsForever(SyntaxNode call) =>
        call.Parent is InvocationExpressionSyntax { ArgumentList.Arguments: [{ Expression: MemberAccessExpressionSyntax only }] }
        && Names(only, ["Timeout.Infinite", "Timeout.InfiniteTimeSpan"]);

    private static bool IsPointerCode(SyntaxNodeOrToken item) =>
        item.Kind() is SyntaxKind.UnsafeKeyword or SyntaxKind.PointerType or SyntaxKind.FunctionPointerType or SyntaxKind.FixedStatement;

    /// <summary>Whether a type is named outside a body, by a member that code outside the assembly can see.</summary>
    private static bool IsPublicSignature(TypeSyntax type) =>
        !type.Ancestors().Any(node => node is BlockSyntax or ArrowExpressionClauseSyntax or EqualsValueClauseSyntax)
        && type.Ancestors().OfType<MemberDeclarationSyntax>().Where(member => member is not BaseNamespaceDeclarationSyntax)
            .All(member => member.Modifiers.Any(SyntaxKind.PublicKeyword) || member.Modifiers.Any(SyntaxKind.ProtectedKeyword));

    private static bool IsSilent(CatchClauseSyntax clause) =>
        clause.Block.Statements.Count == 0
        && clause.Filter is null
        && clause.Declaration?.Type.ToString() is null or "Exception" or "System.Exception";

    private static IEnumerable<string> NamespaceFindings(SourceFile file)
    {
        var parts = Path.GetDirectoryName(file.Path)!.Split('/');
        var root = parts[1] == "Core" ? "FastCore" : $"FastCore.{parts[1]}";
        var expected = string.Join('.', parts.Skip(2).Prepend(root));
        return file.Root.DescendantNodes().OfType<BaseNamespaceDeclarationSyntax>()
            .Where(declaration => declaration.Name.ToString() != expected)
            .Select(declaration => file.At(declaration.SpanStart, $"{declaration.Name} instead of {expected}"));
    }

    private static bool IsIn(SourceFile file, string[] rooms) => rooms.Any(file.IsUnder);

    private static IEnumerable<string> At(SourceFile file, IEnumerable<SyntaxNodeOrToken> places, string what) =>
        places.Select(place => file.At(place.SpanStart, what));
}
