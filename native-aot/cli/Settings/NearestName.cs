namespace FastCore.Cli.Settings;

/// <summary>What somebody who has mistyped a name may have meant.</summary>
internal static class NearestName
{
    private const int MostEdits = 2;

    /// <summary>The end of a sentence, which names it if one is near.</summary>
    public static string Hint(string name, IEnumerable<string> names)
    {
        // Another style of the same name is no edit.
        var plain = Plain(name);
        var (nearest, edits) = names.Select(candidate => (Name: candidate, Edits: EditsBetween(plain, Plain(candidate)))).MinBy(static candidate => candidate.Edits);
        return nearest != null && edits <= Math.Min(MostEdits, plain.Length / 2) ? $"; did you mean '{nearest}'?" : ".";
    }

    private static string Plain(string name) => string.Concat(name.Where(char.IsAsciiLetterOrDigit)).ToLowerInvariant();

    /// <summary>Characters to be added, removed or changed (Levenshtein's distance, row by row).</summary>
    private static int EditsBetween(string one, string other)
    {
        var row = Enumerable.Range(0, other.Length + 1).ToArray();
        for (var i = 1; i <= one.Length; i++)
        {
            var (diagonal, left) = (row[0], i);
            row[0] = i;
            for (var j = 1; j <= other.Length; j++)
            {
                left = Math.Min(Math.Min(left, row[j]) + 1, diagonal + (one[i - 1] == other[j - 1] ? 0 : 1));
                (diagonal, row[j]) = (row[j], left);
            }
        }
        return row[^1];
    }
}
