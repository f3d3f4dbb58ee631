import Foundation
import Rotating
import Scheduling
import Testing
import WarderModel

/// docs/formats/records.md: a rotation that was stored once must decode for ever, and be written as it was.
@Suite struct RotationFormatTests {
    @Test func `a rotation with every property`() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Vectors/records-v1/rotation.json")
        let bytes = try Data(contentsOf: file)
        let rotation = try JSONDecoder().decode(Rotation.self, from: bytes)
        #expect(rotation.rotator.text == "postgres:main")
        #expect(rotation.settings.map { "\($0.key)=\($0.value)" } == ["roles=app_a,app_b"])
        #expect(rotation.timing?.schedule?.description == "rate(30 days)")
        #expect(rotation.run?.doing == .set && rotation.run?.phase == .created)
        #expect(rotation.run?.cause.text == "schedule")
        #expect(rotation.orphans.first?.leftover.handle?.text == "key-6")
        let written = try JSONSerialization.jsonObject(with: JSONEncoder().encode(rotation)) as? NSDictionary
        let read = try JSONSerialization.jsonObject(with: bytes) as? NSDictionary
        #expect(written != nil && written == read)
    }

    @Test func `names of rotators are taken as they are spelled, or not at all`() throws {
        for text in ["random", "exec:github-token", "postgres:main"] { #expect(try Rotator(text).text == text) }
        for text in ["", "Random", "exec", "exec:", "exec:/bin/sh", "exec:../x", "shell:x", "postgres:a b", "random:x"]
        {
            #expect(throws: NameError.self) { try Rotator(text) }
        }
    }
}
