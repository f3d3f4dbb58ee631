import Rotating
import Testing
import WarderModel
import WarderTesting

@testable import WarderCore

/// The daemon ends at every write of a rotation, and somebody starts it again.
@Suite struct RotationCrashTests {
    /// More than any of these rotations writes.
    private static let most = 40

    @Test(arguments: [true, false])
    func `wherever the daemon ends, upstream and vault agree afterwards`(overlaps: Bool) async throws {
        var crashes = 0
        for write in 0..<Self.most {
            let stand = try await RotationStand(overlaps: overlaps)
            try await stand.start()
            let wasCut = await stand.cut(after: write)
            try await stand.restart()
            crashes += wasCut ? 1 : 0
            if overlaps { #expect(try await stand.works(), "write \(write): both are valid, or the old one") }
            try await stand.finish()
            #expect(try stand.run.phase == .retired, "write \(write)")
            let login = try await stand.login()
            #expect(stand.upstream.accepted == [login.user: login.password], "write \(write)")
            #expect(try stand.rotation.orphans.isEmpty)
            if !wasCut { break }
        }
        #expect(crashes >= 8)
    }

    @Test func `the worker's end in the middle of any step is no end of the rotation`() async throws {
        for step in [RotationStep.preflight, .create, .set, .test, .retire] {
            let stand = try await RotationStand(overlaps: false)
            stand.upstream.answer(step, .lost(nil))
            try await stand.start()
            try await stand.finish()
            #expect(try stand.run.phase == .retired, "\(step)")
            #expect(try await stand.works(), "\(step)")
        }
    }
}
