import HashTreeCollections
import Rotating
import Scheduling
import Testing
import WarderModel
import WarderTesting

@testable import WarderCore

@Suite("Doctor: rotations")
struct RotationDiagnosisTests {
    private static let working = WorkerPresence(connections: 1, keeper: nil)
    private static let codes: Set = [
        "rotation_overdue", "rotation_waits", "rotation_without_worker", "rotation_of_deleted", "rotation_orphan",
        "secret_expires_soon", "secret_expired",
    ]

    private func findings(_ stand: RotationStand, _ workers: WorkerPresence = working) async throws -> [Diagnosis] {
        try await stand.kit.vault.perform(Doctor.read(workers, by: stand.kit.admin)).filter {
            Self.codes.contains($0.code)
        }
    }

    private func codes(_ stand: RotationStand, _ workers: WorkerPresence = working) async throws -> [String] {
        try await findings(stand, workers).map { "\($0.severity.rawValue) \($0.code)" }
    }

    @Test("one that has not begun long after it was due, until it is done")
    func overdue() async throws {
        let stand = try await RotationStand(schedule: "rate(1 hours)")
        stand.kit.clock.advance(seconds: 3600 + RotationDiagnosis.patience)
        #expect(try await codes(stand) == [])
        stand.kit.clock.advance(seconds: 1)
        let found = try await findings(stand)
        #expect(found.map(\.code) == ["rotation_overdue"])
        #expect(
            found.first?.message.contains(
                "\(stand.kit.clock.now().wall.adding(seconds: -RotationDiagnosis.patience - 1))"
            ) == true
        )
        await stand.settle()
        #expect(try await codes(stand) == [])
    }

    @Test("one that missed its window is late, although it waits for the next one")
    func window() async throws {
        let stand = try await RotationStand()
        // The clock of a test vault begins at some time of the day; the window opens an hour later, for ten minutes.
        let begin = stand.kit.clock.now().wall
        let opens = begin.milliseconds / 60_000 % 1440 + 60
        func clock(_ minutes: Int64) -> String {
            let (hour, minute) = (minutes % 1440 / 60, minutes % 60)
            return "\(hour < 10 ? "0" : "")\(hour):\(minute < 10 ? "0" : "")\(minute)"
        }
        let timing = try RotationTiming(
            schedule: Schedule("rate(10 minutes)"),
            window: DailyWindow("\(clock(opens))-\(clock(opens + 10)) UTC")
        )
        let plan = Rotations.Plan(rotator: try Rotator("postgres:main"), timing: timing)
        _ = try await stand.kit.vault.perform(Rotations.set(stand.name, plan, by: stand.kit.admin))
        stand.kit.clock.advance(seconds: 3600)
        #expect(try await codes(stand) == [])
        stand.kit.clock.advance(seconds: 3600)
        #expect(try await codes(stand) == ["error rotation_overdue"])
        #expect(
            try #require(stand.kit.vault.state?.nextDue(try stand.rotation, at: stand.kit.clock.now().wall)).at
                > stand.kit.clock.now().wall
        )
    }

    @Test("one that waits for a person, with the step that failed")
    func waiting() async throws {
        let stand = try await RotationStand()
        stand.upstream.answer(.preflight, StepAnswer(.failed, mayRetry: false))
        try await stand.start()
        await stand.settle()
        let found = try await findings(stand)
        #expect(found.map(\.code) == ["rotation_waits"])
        #expect(found.first?.message.hasSuffix(": preflight failed.") == true)
        #expect(found.first?.remedy.contains("warder rotate resume app/db") == true)
        _ = try await stand.kit.vault.perform(Rotations.resume(stand.name, by: stand.kit.admin))
        #expect(try await codes(stand) == [])
    }

    @Test("no worker, where a schedule or a rotation under way needs one")
    func starved() async throws {
        let none = WorkerPresence(connections: 0, keeper: nil)
        let byHand = try await RotationStand()
        #expect(try await codes(byHand, none) == [])
        try await byHand.start()
        #expect(try await codes(byHand, none) == ["error rotation_without_worker"])
        let scheduled = try await RotationStand(schedule: "rate(1 hours)")
        let found = try await findings(scheduled, none)
        #expect(found.map(\.code) == ["rotation_without_worker"])
        #expect(found.first?.remedy.contains("systemctl start warder-worker") == true)
        let kept = try await findings(scheduled, WorkerPresence(connections: 0, keeper: .running))
        #expect(kept.first?.remedy.contains("messages of warderd") == true)
        // That what kept it has ended is a finding of its own.
        let ended = try await scheduled.kit.vault.perform(
            Doctor.read(WorkerPresence(connections: 0, keeper: .ended), by: scheduled.kit.admin)
        )
        #expect(ended.map(\.code).filter { $0.contains("worker") } == ["worker_ended"])
    }

    @Test("what a rotation left at the upstream, until somebody says that it is gone")
    func orphan() async throws {
        let stand = try await RotationStand()
        stand.upstream.answer(.test, StepAnswer(.failed, mayRetry: false))
        stand.upstream.answer(.discard, StepAnswer(.failed, mayRetry: false))
        try await stand.start()
        await stand.settle()
        _ = try await stand.kit.vault.perform(Rotations.abort(stand.name, by: stand.kit.admin))
        let found = try await findings(stand)
        #expect(found.map(\.code) == ["rotation_orphan"])
        #expect(found.first?.message.contains("version 2") == true)
        let run = try stand.run.id
        #expect(found.first?.remedy.hasSuffix("warder rotate forget app/db \(run)") == true)
        _ = try await stand.kit.vault.perform(Rotations.forget(stand.name, orphanOf: run, by: stand.kit.admin))
        #expect(try await codes(stand) == [])
    }

    @Test("a schedule of a deleted secret, and nothing else of it")
    func deleted() async throws {
        let stand = try await RotationStand(schedule: "rate(1 hours)")
        _ = try await stand.kit.vault.perform(Secrets.delete(stand.name, by: stand.kit.admin))
        stand.kit.clock.advance(seconds: 86_400)
        #expect(try await codes(stand, WorkerPresence(connections: 0, keeper: nil)) == ["warning rotation_of_deleted"])
    }

    @Test("a date that a rotation will be ahead of is none, until that is late")
    func expiry() async throws {
        let stand = try await RotationStand()
        let kit = stand.kit
        let expires = kit.clock.now().wall.adding(seconds: 8 * 86_400)
        _ = try await kit.vault.perform(
            Secrets.set(stand.name, Secrets.Properties(expires: .some(expires)), by: kit.admin)
        )
        // Rotated by hand alone: in the last quarter of its life.
        #expect(try await codes(stand) == [])
        kit.clock.advance(seconds: 6 * 86_400)
        let byHand = try await findings(stand)
        #expect(byHand.map(\.code) == ["secret_expires_soon"])
        #expect(byHand.first?.remedy == "warder rotate now app/db")
        let plan = Rotations.Plan(rotator: try Rotator("postgres:main"), timing: try RotationTiming(schedule: nil))
        _ = try await kit.vault.perform(Rotations.set(stand.name, plan, by: kit.admin))
        #expect(try await codes(stand) == [])
        // It should have begun a day before.
        kit.clock.advance(seconds: 86_400 + RotationDiagnosis.patience + 1)
        #expect(try await codes(stand) == ["error rotation_overdue", "warning secret_expires_soon"])
        kit.clock.advance(seconds: 86_400)
        #expect(try await codes(stand) == ["error rotation_overdue", "error secret_expired"])
    }
}
