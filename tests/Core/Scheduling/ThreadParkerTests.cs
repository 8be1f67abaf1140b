using FastCore.Scheduling;

namespace FastCore.Tests.Scheduling;

/// <summary>Each wake-up ends one park, whether it comes before, while the thread falls asleep, or after.</summary>
[TestFixture]
[CancelAfter(Hang.Milliseconds)]
internal sealed class ThreadParkerTests
{
    private const int Times = 20_000;

    [Test]
    public void WakeUpsAreCounted()
    {
        var parker = new ThreadParker();
        var parks = new Thread(() => ParkAll(parker));
        for (int i = 0; i < Times / 2; i++) parker.Unpark();
        parks.Start();
        for (int i = 0; i < Times / 2; i++) parker.Unpark();
        parks.Join();
    }

    [Test]
    public void TwoThatWakeEachOtherGoOn()
    {
        var ping = new ThreadParker();
        var pong = new ThreadParker();
        int turns = 0;
        var other = new Thread(() =>
        {
            for (int i = 0; i < Times; i++)
            {
                ping.Park();
                turns++;
                pong.Unpark();
            }
        });
        other.Start();
        for (int i = 0; i < Times; i++)
        {
            ping.Unpark();
            pong.Park();
            Assert.That(turns, Is.EqualTo(i + 1));
        }

        other.Join();
    }

    private static void ParkAll(ThreadParker parker)
    {
        for (int i = 0; i < Times; i++) parker.Park();
    }
}
