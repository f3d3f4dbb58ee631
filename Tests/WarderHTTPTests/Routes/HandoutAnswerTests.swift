import Rotating
import Testing
import WarderCore
import WarderModel
import WarderWire

@testable import WarderHTTP

/// What the vault takes over of a worker's result.
@Suite struct HandoutAnswerTests {
    @Test("people read the message and the end of what the hook wrote", arguments: ["", "x", "xx"])
    func words(shift: String) throws {
        var result = JobResult(.failed, message: "the hook exited with status 3", retry: true)
        result.stderr = shift + String(repeating: "\u{00E9}", count: 2000) + " the last word"
        let message = try #require(try HandoutAnswer(result).answer.message)
        #expect(message.text.hasPrefix("the hook exited with status 3 · \u{00E9}"))
        #expect(message.text.hasSuffix("\u{00E9} the last word"))
        #expect(((PlainText.maximumBytes - 1)...PlainText.maximumBytes).contains(message.text.utf8.count))
    }

    @Test("either can be missing")
    func parts() throws {
        #expect(try HandoutAnswer(JobResult(.done)).answer.message == nil)
        var result = JobResult(.failed, message: "why", retry: true)
        #expect(try HandoutAnswer(result).answer.message?.text == "why")
        result.message = nil
        result.stderr = "two\nlines"
        #expect(try HandoutAnswer(result).answer.message?.text == "two lines")
    }
}
