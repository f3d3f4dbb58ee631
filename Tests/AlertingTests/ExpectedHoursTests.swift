import Scheduling
import Testing
import WarderModel

@testable import Alerting

@Suite("Hours in which credentials are expected")
struct ExpectedHoursTests {
    @Test("what is remembered of a window says the same as the window, over a change of the clock too")
    func sameAsWindow() throws {
        let text = "22:00-06:00 Europe/Berlin"
        let window = try DailyWindow(text)
        var hours = try #require(ExpectedHours(text))
        // From three days before the clock goes forward in 2026 to three days after it.
        let start: Int64 = 1_774_483_200_000
        for step in 0..<(6 * 24 * 12) as Range<Int64> {
            for time in [step, 6 * 24 * 12 - step].map({ Timestamp(milliseconds: start + $0 * 300_000) }) {
                #expect(hours.contain(time) == window.contains(time), "at \(time)")
            }
        }
        for step in 0..<(6 * 24 * 12) as Range<Int64> {
            let time = Timestamp(milliseconds: start + step * 300_000)
            #expect(hours.contain(time) == window.contains(time), "at \(time)")
        }
    }
}
