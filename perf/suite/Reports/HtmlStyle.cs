namespace FastCore.Perf.Reports;

/// <summary>The style sheet of the page.</summary>
internal static class HtmlStyle
{
    public const string Text = """

        :root { --ground: #fbfbfa; --card: #ffffff; --ink: #1d2024; --soft: #5d646d; --line: #e3e5e8; --alert: #a4262c;
          --s1: #0b6bcb; --s2: #178a6a; --s3: #8a5cd0; --s4: #c2571a; }
        @media (prefers-color-scheme: dark) { :root { --ground: #15181c; --card: #1d2126; --ink: #e8eaed; --soft: #a2a9b2; --line: #343a41; --alert: #ff8f8f;
          --s1: #5aa9f5; --s2: #4cc9a0; --s3: #b497ec; --s4: #f0955a; } }
        * { box-sizing: border-box; }
        body { margin: 0; background: var(--ground); color: var(--ink); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
        main { max-width: 1360px; margin: 0 auto; padding: 32px 24px 48px; }
        h1 { margin: 0 0 12px; font-size: 28px; letter-spacing: -0.01em; }
        h2 { margin: 40px 0 16px; font-size: 20px; }
        dl { display: flex; flex-wrap: wrap; gap: 8px 32px; margin: 0; }
        dt { color: var(--soft); font-size: 12px; }
        dd { margin: 0; }
        .charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 520px), 1fr)); gap: 16px; }
        figure { margin: 0; padding: 16px; background: var(--card); border: 1px solid var(--line); border-radius: 8px; }
        figcaption { font-weight: 600; }
        .what { margin: 10px 0 6px; color: var(--soft); font-size: 13px; }
        .legend { float: right; font-size: 12px; }
        svg { display: block; width: 100%; height: auto; }
        svg text { font-size: 13px; fill: var(--ink); font-variant-numeric: tabular-nums; }
        svg .tick { font-size: 11px; fill: var(--soft); }
        svg .axis { stroke: var(--soft); stroke-width: 1; }
        svg .grid { stroke: var(--line); stroke-width: 1; }
        .s1 { --c: var(--s1); } .s2 { --c: var(--s2); } .s3 { --c: var(--s3); } .s4 { --c: var(--s4); }
        svg .span { stroke: var(--soft); stroke-width: 3; opacity: 0.45; }
        .wide { grid-column: 1 / -1; }
        svg rect, svg circle { fill: var(--c); }
        svg .pale { opacity: 0.4; }
        svg .curve { fill: none; stroke: var(--c); stroke-width: 2; stroke-linejoin: round; }
        .scroll { overflow-x: auto; margin-top: 16px; background: var(--card); border: 1px solid var(--line); border-radius: 8px; }
        table { border-collapse: collapse; width: 100%; font-size: 14px; font-variant-numeric: tabular-nums; }
        th, td { padding: 7px 11px; text-align: left; white-space: nowrap; border-top: 1px solid var(--line); font-weight: 400; }
        thead th { border-top: 0; color: var(--soft); font-size: 13px; }
        .n { text-align: right; }
        .dot { display: inline-block; width: 9px; height: 9px; margin-right: 8px; border-radius: 50%; background: var(--c); }
        .refused, .alert { color: var(--alert); }
        .refused { white-space: normal; }
        .notes { color: var(--soft); font-size: 13px; padding-left: 20px; }
        footer { margin-top: 40px; color: var(--soft); font-size: 13px; }

        """;
}
