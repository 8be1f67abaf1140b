using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace FastCore.EndToEnd.Tests.Repository;

/// <summary>The one-way arrows of the house: who may know whom.</summary>
internal static partial class ArrowRules
{
    /// <summary>What each project may name as a project reference.</summary>
    private static readonly Dictionary<string, string[]> ProjectArrows = new()
    {
        ["src/Core/FastCore.csproj"] = [],
        ["src/Net/FastCore.Net.csproj"] = ["FastCore.csproj"],
        ["perf/suite/FastCore.Perf.csproj"] = ["FastCore.Net.csproj", "FastCore.csproj"],
        ["perf/peers/kestrel/FastCore.Perf.Kestrel.csproj"] = [],
        ["perf/peers/yarp-gateway/FastCore.Perf.YarpGateway.csproj"] = [],
        ["native-aot/cli/FastCore.Cli.csproj"] = ["FastCore.Perf.csproj", "FastCore.Net.csproj", "FastCore.csproj"],
        ["examples/gateway/FastCore.Gateway.csproj"] = ["FastCore.Net.csproj"],
        ["tests/Core/FastCore.Tests.csproj"] = ["FastCore.csproj"],
        ["tests/Net/FastCore.Net.Tests.csproj"] = ["FastCore.Net.csproj", "FastCore.csproj"],
        ["tests/Gateway/FastCore.Gateway.Tests.csproj"] = ["FastCore.Gateway.csproj"],
        ["tests/EndToEnd/FastCore.EndToEnd.Tests.csproj"] = ["FastCore.Cli.csproj", "FastCore.Perf.csproj", "FastCore.Net.csproj", "FastCore.csproj"],
    };

    /// <summary>What each library may name as a package: what a user of the library has to take along.</summary>
    private static readonly Dictionary<string, string[]> PackageArrows = new()
    {
        ["src/Core/FastCore.csproj"] = ["Microsoft.Extensions.ObjectPool"],
        ["src/Net/FastCore.Net.csproj"] = ["Pipelines.Sockets.Unofficial", "System.IO.Pipelines"],
    };

    /// <summary>Namespaces a folder must not use, with all below them.</summary>
    private static readonly (string Folder, string[] Forbidden)[] NamespaceArrows =
    [
        ("src/Core/Atomics/", ["FastCore.Rings", "FastCore.Channels", "FastCore.Net"]),
        ("src/Core/Rings/", ["FastCore.Channels", "FastCore.Net"]),
        ("src/Core/", ["FastCore.Net", "System.Net", "System.IO.Pipelines"]),
        ("src/Net/Transport/", ["FastCore.Net.Http"]),
        ("src/Net/Http/Parsing/", ["FastCore.Net.Http.Server", "FastCore.Net.Transport"]),
        ("src/", ["FastCore.Perf", "FastCore.Cli", "Microsoft.AspNetCore", "Spectre.Console", "System.CommandLine"]),
        ("perf/suite/", ["FastCore.Cli", "Spectre.Console", "System.CommandLine"]),
        ("perf/peers/", ["FastCore.Channels", "FastCore.Rings", "FastCore.Net", "FastCore.Cli"]),
    ];

    public static readonly Rule[] All =
    [
        new Rule(
            "Project references point one way",
            "native-aot, perf, tests → Net → Core; a new project or arrow is entered in ArrowRules.ProjectArrows.",
            IsProject,
            file => Foreign(file, ProjectReference(), ProjectArrows.GetValueOrDefault(file.Path)),
            new SourceFile("src/Core/FastCore.csproj", """<ProjectReference Include="../Net/FastCore.Net.csproj" />""")),
        new Rule(
            "Libraries bring along only the packages the design names",
            "Each package is one more that every user must take; enter it in ArrowRules.PackageArrows if the design is changed.",
            file => IsProject(file) && file.IsUnder("src/"),
            file => Foreign(file, PackageReference(), PackageArrows.GetValueOrDefault(file.Path)),
            new SourceFile("src/Core/FastCore.csproj", """<PackageReference Include="Newtonsoft.Json" />""")),
        new Rule(
            "Internals are shown to tests alone",
            "What a higher project needs is public, and documented; else it is not needed.",
            IsProject,
            file => FriendAssembly().Matches(file.Text).Select(match => file.At(match.Index, match.Value)),
            new SourceFile("src/Core/FastCore.csproj", """<InternalsVisibleTo Include="FastCore.Net" />""")),
        new Rule(
            "Namespaces are used one way",
            "The lower part must not know the higher one: pass in what it needs.",
            file => file.IsCSharp,
            file => NamespaceArrows.Where(arrow => file.IsUnder(arrow.Folder)).SelectMany(arrow => Uses(file, arrow.Forbidden)),
            new SourceFile("src/Core/Rings/A.cs", "using FastCore.Channels;")),
    ];

    private static bool IsProject(SourceFile file) => file.Path.EndsWith(".csproj", StringComparison.Ordinal);

    /// <summary>The references outside the list; all of them, and the file itself, when the file has no list.</summary>
    private static IEnumerable<string> Foreign(SourceFile file, Regex reference, string[]? allowed)
    {
        if (allowed is null)
            return [file.AtLine(1, "is not in the table")];
        return reference.Matches(file.Text)
            .Where(match => !allowed.Contains(match.Groups["name"].Value))
            .Select(match => file.At(match.Index, match.Groups["name"].Value));
    }

    private static IEnumerable<string> Uses(SourceFile file, string[] forbidden) =>
        file.Root.DescendantNodes()
            .Where(node => node is QualifiedNameSyntax or IdentifierNameSyntax or MemberAccessExpressionSyntax)
            .Where(node => node.Parent is UsingDirectiveSyntax or not (QualifiedNameSyntax or MemberAccessExpressionSyntax or BaseNamespaceDeclarationSyntax))
            .Where(node => forbidden.Any(name => node.ToString() == name || node.ToString().StartsWith(name + ".", StringComparison.Ordinal)))
            .Select(node => file.At(node.SpanStart, node.ToString()));

    [GeneratedRegex("""<ProjectReference\s+Include="(?:[^"]*[/\\])?(?<name>[^"/\\]+)"\s*""")]
    private static partial Regex ProjectReference();

    [GeneratedRegex("""<InternalsVisibleTo\s+Include="(?![^"]*\.Tests")[^"]*"\s*""")]
    private static partial Regex FriendAssembly();

    [GeneratedRegex("""<PackageReference\s+Include="(?<name>[^"]+)"\s*""")]
    private static partial Regex PackageReference();
}
