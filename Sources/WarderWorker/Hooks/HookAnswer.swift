import StrictJSON
import WarderModel
import WarderWire

/// Reads what a hook says of a step. A hook is believed about its upstream, and about nothing else.
struct HookAnswer {
    private static let limits = JSONLimits(maxBytes: HookRun.answerLimit, maxDepth: 3, maxMembers: 64, maxTokens: 256)

    private let step: JobStep

    init(_ step: JobStep) { self.step = step }

    /// - Throws: `StepFault` for anything but one JSON object with the members that the step can have.
    func read(_ output: [UInt8]) throws(StepFault) -> JobResult {
        let result = try decode(output)
        guard result.stderr == nil else { throw invalid("`stderr` is not for a hook to say") }
        guard result.told.isEmpty else { throw invalid("`told` is not for a hook to say") }
        if step != .create {
            guard result.fields.isEmpty, result.handle == nil, result.expires == nil else {
                throw invalid("`fields`, `handle` and `expires` belong to create alone")
            }
        }
        if let expires = result.expires, Timestamp(rfc3339: expires) == nil {
            throw invalid("`expires` is no moment such as 2027-01-31T12:00:00Z")
        }
        guard result.fields.values.keys.allSatisfy({ (try? FieldName($0)) != nil }) else {
            throw invalid("a field has a name that the vault does not take")
        }
        if step == .preflight {
            guard result.outcome != .done || (result.overlaps != nil && result.makes != nil) else {
                throw invalid("preflight must say `overlaps` and `makes`")
            }
        } else {
            guard result.overlaps == nil, result.makes == nil else {
                throw invalid("`overlaps` and `makes` belong to preflight alone")
            }
        }
        return result
    }

    private func decode(_ output: [UInt8]) throws(StepFault) -> JobResult {
        do {
            return try JobResult.decode(JSONDocument(copying: output.span, limits: Self.limits))
        } catch let error as JSONDecodingError {
            throw invalid("\(error)")
        } catch {
            throw invalid("it is not one JSON object")
        }
    }

    /// Trying again gives the same answer, most likely; a person must look at the hook.
    private func invalid(_ why: String) -> StepFault {
        StepFault(step.outcomeWhenLost, "the hook's answer makes no sense: \(why)", retry: false)
    }
}
