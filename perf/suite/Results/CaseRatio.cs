using System.Text.Json;
using System.Text.Json.Serialization;

namespace FastCore.Perf.Results;

/// <summary>A result divided by another subject's in the same run: below 1 is less of it.</summary>
/// <param name="To">The subject that is divided by.</param>
/// <param name="Metrics">The quotients, by the metric's name.</param>
[JsonConverter(typeof(CaseRatioConverter))]
public sealed record CaseRatio(string To, Dictionary<string, double> Metrics)
{
    /// <summary>The ratio of two results, over the metrics that both have and whose quotient means something.</summary>
    public static CaseRatio Between(CaseResult ours, CaseResult other)
    {
        var quotients = new Dictionary<string, double>();
        foreach (var (name, value) in ours.Metrics)
        {
            if (Metric.Find(name) is { IsComparable: true } && other.Metrics.TryGetValue(name, out var divisor) && divisor > 0)
                quotients[name] = Math.Round(value / divisor, 4);
        }
        return new CaseRatio(other.Subject, quotients);
    }
}

/// <summary>Writes the quotients beside <c>to</c>, not below a member of their own.</summary>
internal sealed class CaseRatioConverter : JsonConverter<CaseRatio>
{
    public override CaseRatio Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartObject) throw new JsonException("A ratio is an object.");
        string? to = null;
        var metrics = new Dictionary<string, double>();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            reader.Read();
            if (name == "to") to = reader.GetString();
            else if (reader.TokenType == JsonTokenType.Number) metrics[name] = reader.GetDouble();
            else reader.Skip();
        }
        return new CaseRatio(to ?? throw new JsonException("A ratio names in 'to' what it is divided by."), metrics);
    }

    public override void Write(Utf8JsonWriter writer, CaseRatio value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        writer.WriteString("to", value.To);
        foreach (var (name, quotient) in value.Metrics) writer.WriteNumber(name, quotient);
        writer.WriteEndObject();
    }
}
