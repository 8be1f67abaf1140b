using FastCore.Net.Transport.Native;

namespace FastCore.Net.Tests.Transport;

/// <summary>Times of files as the system has them, which go further than a DateTime does.</summary>
[TestFixture]
internal sealed class FileTimeTests
{
    [TestCase(0, 0u, 621_355_968_000_000_000)]
    [TestCase(1, 1_999u, 621_355_968_010_000_019)]
    [TestCase(-1, 999_999_999u, 621_355_967_999_999_999)]
    [TestCase(-62_135_596_800, 0u, 0)]
    [TestCase(-62_135_596_801, 999_999_999u, 0)]
    [TestCase(long.MinValue, 0u, 0)]
    [TestCase(253_402_300_799, 999_999_999u, 3_155_378_975_999_999_999)]
    [TestCase(253_402_300_799, uint.MaxValue, 3_155_378_975_999_999_999)]
    [TestCase(253_402_300_800, 0u, 3_155_378_975_999_999_999)]
    [TestCase(300_000_000_000, 0u, 3_155_378_975_999_999_999)]
    // Their product with the ticks of a second comes round to a time of this century.
    [TestCase(1_846_424_407_371, 0u, 3_155_378_975_999_999_999)]
    [TestCase(long.MaxValue, uint.MaxValue, 3_155_378_975_999_999_999)]
    public void ATimeBeyondADateTimeIsItsFirstOrItsLast(long seconds, uint nanoseconds, long ticks)
    {
        Assert.That(LinuxFiles.TicksOf(seconds, nanoseconds), Is.EqualTo(ticks));
        Assert.That(new DateTime(ticks, DateTimeKind.Utc).Ticks, Is.EqualTo(ticks), "it is one");
    }
}
