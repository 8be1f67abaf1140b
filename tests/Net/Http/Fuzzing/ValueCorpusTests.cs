using FastCore.Net.Http;

namespace FastCore.Net.Tests.Http.Fuzzing;

/// <summary>Every item has the outcome it states, by the shipped code and by what it is compared with.</summary>
internal sealed class ValueCorpusTests
{
    private static IEnumerable<ValueItem> Items => ValueCorpus.Items;

    [TestCaseSource(nameof(Items))]
    public void AnItemHasItsOutcome(ValueItem item)
    {
        var (shipped, model) = Outcomes(item);
        Assert.That(model, Is.EqualTo(item.Outcome), "the grammar");
        Assert.That(shipped, Is.EqualTo(item.Outcome), item.Because);
    }

    [TestCaseSource(nameof(Items))]
    public void AnItemHoldsHoweverItIsCut(ValueItem item)
    {
        using var target = FuzzTargets.Create(item.Target);
        for (var seed = 0; seed < 5; seed++) target.Run(item.Bytes, seed);
    }

    private static (string? Shipped, string Model) Outcomes(ValueItem item)
    {
        switch (item.Target)
        {
            case "proxy-header":
                return (ProxyHeaderTarget.Describe(item.Bytes), ProxyHeaderTarget.Model(item.Bytes));
            case "forwarded":
                using (var target = new ForwardedTarget())
                {
                    var text = FuzzTarget.Text(item.Bytes);
                    return (target.Describe(text, ForwardedFields.Forwarded, 32), ForwardedTarget.Model(text, ForwardedFields.Forwarded, 32));
                }
            default:
                using (var target = new ContentCodingTarget())
                {
                    var body = item.Bytes[1..];
                    return (target.Decode((char)item.Bytes[0], body, new HttpRequestDecodingOptions(), [body.Length], 1000, new Random(1)), ContentCodingTarget.Model((char)item.Bytes[0], body));
                }
        }
    }
}
