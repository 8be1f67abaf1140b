using FastCore.Tracing.Analysis;

namespace FastCore.Tracing.Exporting;

/// <summary>Where the states and the steps of a table stand in its diagram.</summary>
/// <remarks>
/// The states stand on an ellipse, clockwise from the initial one at the top. Steps between the same two states share an arc,
/// which bends to the right of its way, so that there and back are told apart; a step that stays is a loop outside the ellipse.
/// Each label may stand at several places along its arc, and takes the one where it covers least of the others, of the
/// states, and of foreign arcs; the labels choose again until none moves.
/// </remarks>
internal sealed class DiagramLayout
{
    internal const int StateHeight = 34;

    private const int Margin = 90;

    private const double LetterWidth = 6.1;

    private const double LineHeight = 15;

    private const int MostRounds = 8;

    internal DiagramLayout(TransitionTable table, TraceCounts? counts)
    {
        StateWidth = Math.Max(110, (int)(table.States.Max(static state => state.Length) * 7.4) + 24);
        double across = 130 + (36 * table.States.Count);
        double down = 60 + (30 * table.States.Count);
        var arcs = table.Transitions.GroupBy(
            static step => (step.From, step.To),
            (ends, steps) => (ends.From, ends.To, Label: string.Join(", ", steps.Select(step => TraceCounts.Label(step, counts))), IsNeverTaken: counts is not null && steps.All(step => counts.CountOf(step) == 0))).ToArray();
        double loops = arcs.Where(static arc => arc.From == arc.To).Select(static arc => 60 + (arc.Label.Length * LetterWidth)).DefaultIfEmpty().Max();
        Width = (2 * (across + Math.Max(Margin, loops))) + StateWidth;
        Height = 2 * (down + Margin);
        States = [.. table.States.Index().Select(one => new PlacedState(one.Item, OnEllipse(one.Index * Math.Tau / table.States.Count, across, down), one.Index == 0))];
        Dictionary<string, Point> places = States.ToDictionary(static state => state.Name, static state => state.Middle);
        Arcs = [.. arcs.Select(arc => new Arc(arc.Label, arc.IsNeverTaken, places[arc.From], places[arc.To], this))];
        PlaceLabels();
    }

    internal double Width { get; }

    internal double Height { get; }

    internal int StateWidth { get; }

    internal IReadOnlyList<PlacedState> States { get; }

    internal IReadOnlyList<Arc> Arcs { get; }

    private Point Middle => new(Width / 2, Height / 2);

    private Point OnEllipse(double angle, double across, double down) => new(Middle.X + (across * Math.Sin(angle)), Middle.Y - (down * Math.Cos(angle)));

    private void PlaceLabels()
    {
        for (int round = 0; round < MostRounds; round++)
        {
            bool hasMoved = false;
            foreach (Arc arc in Arcs.OrderByDescending(static arc => arc.Label.Length)) hasMoved |= arc.TryMoveLabel(place => Cost(arc, place));
            if (!hasMoved) return;
        }
    }

    private double Cost(Arc arc, double place)
    {
        Box box = arc.BoxAt(place);
        double cost = 40 * Math.Abs(place - 0.5);
        foreach (PlacedState state in States) cost += 3 * box.Overlap(Box.Around(state.Middle, StateWidth + 4, StateHeight + 4));
        foreach (Arc other in Arcs)
        {
            if (other == arc) continue;
            cost += 2 * box.Overlap(other.LabelBox);
            cost += 8 * other.Points.Count(box.Holds);
        }

        return cost + (50 * box.Outside(Width, Height));
    }

    internal readonly record struct Point(double X, double Y)
    {
        internal static Point Between(Point from, Point to, double share) => new(from.X + ((to.X - from.X) * share), from.Y + ((to.Y - from.Y) * share));
    }

    internal sealed record PlacedState(string Name, Point Middle, bool IsInitial);

    internal readonly record struct Box(double Left, double Top, double Right, double Bottom)
    {
        internal static Box Around(Point middle, double width, double height) =>
            new(middle.X - (width / 2), middle.Y - (height / 2), middle.X + (width / 2), middle.Y + (height / 2));

        internal double Overlap(Box other) =>
            Math.Max(0, Math.Min(Right, other.Right) - Math.Max(Left, other.Left)) * Math.Max(0, Math.Min(Bottom, other.Bottom) - Math.Max(Top, other.Top));

        internal bool Holds(Point point) => point.X > Left && point.X < Right && point.Y > Top && point.Y < Bottom;

        internal double Outside(double width, double height) => Math.Max(0, -Left) + Math.Max(0, Right - width) + Math.Max(0, -Top) + Math.Max(0, Bottom - height);
    }

    /// <summary>A cubic Bézier curve with its label.</summary>
    internal sealed class Arc
    {
        private const double Bend = 0.2;

        private static readonly double[] Places = [.. Enumerable.Range(2, 29).Select(static step => step / 32.0)];

        private readonly Point _labelShift;

        private double _place = 0.5;

        internal Arc(string label, bool isNeverTaken, Point from, Point to, DiagramLayout layout)
        {
            Label = label;
            IsNeverTaken = isNeverTaken;
            if (from == to)
            {
                // Out of the ellipse, above or below a state in the middle column; the label stands beyond the loop.
                bool isInMiddle = Math.Abs(from.X - layout.Middle.X) < 1;
                double side = isInMiddle ? Math.Sign(from.Y - layout.Middle.Y) : Math.Sign(from.X - layout.Middle.X);
                Start = OnLoop(side, 0, -8);
                FirstControl = OnLoop(side, 46, -40);
                SecondControl = OnLoop(side, 46, 40);
                End = OnLoop(side, 0, 8);
                _labelShift = isInMiddle ? new Point(0, side * LineHeight * 0.7) : new Point(side * ((label.Length * LetterWidth / 2) + 6), 0);

                Point OnLoop(double side, double outwards, double along) => isInMiddle
                    ? new Point(from.X + along, from.Y + (side * ((StateHeight / 2.0) + outwards)))
                    : new Point(from.X + (side * ((layout.StateWidth / 2.0) + outwards)), from.Y + along);
            }
            else
            {
                Point middle = Point.Between(from, to, 0.5);
                var bend = new Point(middle.X - ((to.Y - from.Y) * Bend), middle.Y + ((to.X - from.X) * Bend));
                Start = AtEdge(from, bend, layout.StateWidth);
                End = AtEdge(to, bend, layout.StateWidth);
                FirstControl = Point.Between(Start, bend, 2 / 3.0);
                SecondControl = Point.Between(End, bend, 2 / 3.0);
            }

            Points = [.. Enumerable.Range(0, 41).Select(step => At(step / 40.0))];
        }

        internal string Label { get; }

        /// <summary>Whether there are counts, and none for it.</summary>
        internal bool IsNeverTaken { get; }

        internal Point Start { get; }

        internal Point FirstControl { get; }

        internal Point SecondControl { get; }

        internal Point End { get; }

        /// <summary>Along the curve, close together.</summary>
        internal IReadOnlyList<Point> Points { get; }

        internal Point LabelMiddle => LabelAt(_place);

        internal Box LabelBox => BoxAt(_place);

        internal Box BoxAt(double place) => Box.Around(LabelAt(place), (Label.Length * LetterWidth) + 6, LineHeight);

        internal bool TryMoveLabel(Func<double, double> cost)
        {
            double best = Places.MinBy(cost);
            if (cost(best) >= cost(_place)) return false;
            _place = best;
            return true;
        }

        private Point LabelAt(double place) => new(At(place).X + _labelShift.X, At(place).Y + _labelShift.Y);

        private Point At(double share)
        {
            Point first = Point.Between(Start, FirstControl, share);
            Point second = Point.Between(FirstControl, SecondControl, share);
            Point third = Point.Between(SecondControl, End, share);
            return Point.Between(Point.Between(first, second, share), Point.Between(second, third, share), share);
        }

        /// <summary>Where the way from a state's middle towards a point leaves its box.</summary>
        private static Point AtEdge(Point middle, Point towards, double width)
        {
            double share = 1 / Math.Max(Math.Abs(towards.X - middle.X) / (width / 2), Math.Abs(towards.Y - middle.Y) / (StateHeight / 2.0));
            return Point.Between(middle, towards, share);
        }
    }
}
