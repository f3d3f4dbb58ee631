import SecretMemory
import WarderModel

@testable import Scheduling
@testable import SecretRecipes

extension Harness {
    /// When secrets are rotated, and what values are made of: an odd byte at the start is a recipe.
    static let schedule = Harness("schedule") { bytes in
        var input = Input(bytes)
        if input.byte() & 1 == 1 { return try readRecipe(input) }
        let moments = [input.word(), input.word()].map {
            Timestamp(milliseconds: Int64($0) * 4_000_000_007)
        }
        guard let text = String(exactly: input.rest) else { return }
        if let schedule = try? Schedule(text) { try readSchedule(schedule, moments) }
        if let window = try? DailyWindow(text) { try readWindow(window, moments[0]) }
    }

    private static func readSchedule(_ schedule: Schedule, _ moments: [Timestamp]) throws {
        let again = try Schedule(schedule.description)
        try hold(again == schedule && again.description == schedule.description, "a schedule has one text")
        let next = schedule.next(after: moments[0], anchor: moments[1])
        try hold(next > moments[0], "the next time is later")
        let before = Timestamp(milliseconds: next.milliseconds - 1)
        if before >= moments[0] {
            try hold(schedule.next(after: before, anchor: moments[1]) == next, "nothing lies before the next time")
        }
        let timing = try RotationTiming(schedule: schedule, jitterSeconds: 60)
        let past = RotationPast(created: moments[1])
        let due = timing.nextDue(of: RecordID(high: 1, low: 2), past: past, now: moments[0])
        try hold(due != nil, "what has a schedule is due at some time")
    }

    private static func readWindow(_ window: DailyWindow, _ moment: Timestamp) throws {
        try hold(try DailyWindow(window.description) == window, "a window has one text")
        let next = window.opening(atOrAfter: moment)
        try hold(next.opens < next.closes && next.closes > moment, "a window opens before it closes")
        try hold(window.contains(next.opens), "what opens is inside")
    }

    private static func readRecipe(_ input: Input) throws {
        var settings: [String: String] = [:]
        for line in input.lines {
            let halves = line.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard halves.count == 2, let name = String(exactly: halves[0]), let value = String(exactly: halves[1])
            else {
                continue
            }
            settings[name] = value
        }
        guard let recipe = try? ValueRecipe(settings: settings) else { return }
        try hold(recipe.entropyBits >= 64 && recipe.entropyBits < 1700, "no value is easily guessed")
        // More draws than this are slow, and the same.
        guard settings["require"] == nil else { return }
        let value = try recipe.makeValue()
        let isPlain = unsafe value.withUnsafeBytes { bytes in unsafe bytes.allSatisfy { (33...126).contains($0) } }
        try hold(isPlain && (10...383).contains(value.count), "a value is printable, and long enough")
    }
}
