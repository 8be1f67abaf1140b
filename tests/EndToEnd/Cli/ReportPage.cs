using Microsoft.Playwright;

namespace FastCore.EndToEnd.Tests.Cli;

/// <summary>A report in Debian's Chromium, with everything it complains of.</summary>
internal sealed class ReportPage : IAsyncDisposable
{
    private const string Chromium = "/usr/bin/chromium";

    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;

    private ReportPage(IPlaywright playwright, IBrowser browser, IPage page) => (_playwright, _browser, Page) = (playwright, browser, page);

    public IPage Page { get; }

    /// <summary>Messages of the console, errors of scripts, and addresses that were fetched beside the page itself.</summary>
    public List<string> Problems { get; } = [];

    public static async Task<ReportPage> OpenAsync(string file)
    {
        if (!File.Exists(Chromium)) Assert.Ignore("chromium is not installed (apt-get install chromium).");
        var playwright = await Playwright.CreateAsync();
        var browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = Chromium, Headless = true, Args = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"] });
        var page = await browser.NewPageAsync(new BrowserNewPageOptions { ColorScheme = ColorScheme.Dark });
        var report = new ReportPage(playwright, browser, page);
        var address = new Uri(file).AbsoluteUri;
        page.Console += (_, message) => report.Problems.Add($"console: {message.Text}");
        page.PageError += (_, error) => report.Problems.Add($"error: {error}");
        page.Request += (_, request) =>
        {
            if (request.Url != address && !request.Url.StartsWith("data:", StringComparison.Ordinal)) report.Problems.Add($"fetched: {request.Url}");
        };
        await page.GotoAsync(address);
        return report;
    }

    /// <summary>For each chart, how many of its shapes have a size on the screen.</summary>
    public async Task<IReadOnlyList<int>> ChartsAsync() => await Page.EvalOnSelectorAllAsync<int[]>(
        "svg",
        "charts => charts.map(chart => [...chart.querySelectorAll('rect, polyline')].filter(shape => { const box = shape.getBoundingClientRect(); return box.width > 0 && box.height > 0; }).length)");

    public Task<byte[]> ScreenshotAsync() => Page.ScreenshotAsync(new PageScreenshotOptions { FullPage = true });

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
    }
}
