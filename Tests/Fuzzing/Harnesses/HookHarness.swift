import WarderModel
import WarderWire

@testable import WarderWorker

extension Harness {
    /// What a hook says of a step; the first byte says of which.
    static let hook = Harness("hook") { input in
        var rest = Input(input)
        let step = JobStep.allCases[Int(rest.byte()) % JobStep.allCases.count]
        let result: JobResult
        do throws(StepFault) { result = try HookAnswer(step).read(Array(rest.rest)) } catch {
            let words = error.result.message ?? ""
            try hold(!words.unicodeScalars.contains(where: HiddenCharacter.contains), "a fault draws nothing")
            return
        }
        try hold(result.stderr == nil, "a hook does not say what it wrote")
        try hold(step == .create || (result.fields.isEmpty && result.handle == nil), "create alone makes something")
        try hold(result.fields.values.keys.allSatisfy { (try? FieldName($0)) != nil }, "a field has a name")
        try hold((result.message?.utf8.count ?? 0) <= JobResult.maximumMessage, "a message has a length")
        try hold((result.handle?.utf8.count ?? 0) <= JobResult.maximumHandle, "a handle has a length")
    }
}
