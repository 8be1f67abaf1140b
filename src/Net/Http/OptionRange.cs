namespace FastCore.Net.Http;

/// <summary>Checks options.</summary>
internal static class OptionRange
{
    /// <exception cref="ArgumentOutOfRangeException">It is not from <paramref name="least"/> to <paramref name="most"/>.</exception>
    public static void InRange<T>(string name, T value, T least, T most) where T : IComparable<T>
    {
        if (value.CompareTo(least) < 0 || value.CompareTo(most) > 0) throw new ArgumentOutOfRangeException(name, value, $"Give from {least} to {most}.");
    }
}
