using System.Reflection;
using System.Text;
using PublicApiGenerator;

namespace FastCore.Tests.Shared;

/// <summary>
/// The public face of an assembly as a file beside its tests, so that a change of the face is seen in review and never
/// happens by accident.
/// </summary>
internal static class PublicApiRecord
{
    /// <summary>Set to 1, it makes the test write the record instead of comparing with it.</summary>
    private const string AcceptVariable = "FASTCORE_ACCEPT_API";

    private static readonly ApiGeneratorOptions Options = new()
    {
        IncludeAssemblyAttributes = false,
        ExcludeAttributes = ["System.Runtime.CompilerServices.IsReadOnlyAttribute"],
    };

    /// <summary>Compares the assembly's public face with the record, a file named from the repository's root.</summary>
    public static void Verify(Assembly assembly, string recordPath)
    {
        var actual = assembly.GeneratePublicApi(Options).ReplaceLineEndings("\n").TrimEnd() + "\n";
        var path = RepositoryRoot.Of(recordPath);
        if (Environment.GetEnvironmentVariable(AcceptVariable) == "1")
        {
            File.WriteAllText(path, actual);
            return;
        }

        var recorded = File.ReadAllText(path);
        if (actual != recorded)
        {
            Assert.Fail($"""
                The public API of {assembly.GetName().Name} differs from {recordPath}:
                {LineDifference(recorded, actual)}
                If the change is meant, run this test once with {AcceptVariable}=1 and commit the file.
                """);
        }
    }

    /// <summary>The lines that only one side has, in their order: <c>-</c> recorded, <c>+</c> actual.</summary>
    /// <remarks>The longest common subsequence by the quadratic table: records are short and this runs on failure alone.</remarks>
    internal static string LineDifference(string recorded, string actual)
    {
        var left = recorded.Split('\n');
        var right = actual.Split('\n');
        var common = new int[left.Length + 1, right.Length + 1];
        for (var i = left.Length - 1; i >= 0; i--)
        {
            for (var j = right.Length - 1; j >= 0; j--)
            {
                common[i, j] = left[i] == right[j]
                    ? common[i + 1, j + 1] + 1
                    : Math.Max(common[i + 1, j], common[i, j + 1]);
            }
        }

        var text = new StringBuilder();
        int l = 0, r = 0;
        while (l < left.Length || r < right.Length)
        {
            if (l < left.Length && r < right.Length && left[l] == right[r])
            {
                l++;
                r++;
            }
            else if (r == right.Length || (l < left.Length && common[l + 1, r] >= common[l, r + 1]))
            {
                text.Append("- ").Append(left[l++]).Append('\n');
            }
            else
            {
                text.Append("+ ").Append(right[r++]).Append('\n');
            }
        }

        return text.ToString();
    }
}
