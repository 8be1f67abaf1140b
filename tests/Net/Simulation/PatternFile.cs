using FastCore.Net.Tests.Transport;
using FastCore.Net.Transport;

namespace FastCore.Net.Tests.Simulation;

/// <summary>The beginning of the stream that is echoed, as a file without a name, which is open for as long as the tests run.</summary>
internal static class PatternFile
{
    public const int Length = 1 << 20;

    public static readonly OpenFile Opened = Open();

    private static OpenFile Open()
    {
        var content = new byte[Length];
        Pattern.Fill(content, 0);
        var path = Path.GetTempFileName();
        var file = File.OpenHandle(path, FileMode.Create, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        RandomAccess.Write(file, content, 0);
        File.Delete(path);
        return new OpenFile(file);
    }
}
