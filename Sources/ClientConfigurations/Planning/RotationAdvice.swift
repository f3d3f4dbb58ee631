package import WarderModel

/// A secret that has to be rotated, because it lay where others could read it: moving it does not make it unknown.
package struct RotationAdvice: Hashable, Sendable {
    package enum Subject: Hashable, Sendable {
        case moved(SecretName, FieldName)
        /// It lies there still.
        case left(Left)
    }

    package let subject: Subject
    /// What could have happened to it, the gravest last.
    package let exposures: [ConfigurationFile.Exposure]
}

extension ImportPlan {
    /// What has to be rotated after the import, the most exposed first.
    package var rotations: [RotationAdvice] {
        let moved = secrets.map { secret in
            RotationAdvice(subject: .moved(secret.name, secret.field), exposures: secret.exposures.sorted())
        }
        // Of a copy there is an original, and of a doubt nobody knows.
        let remaining = left.filter { $0.reason != .copy && $0.reason != .doubtful }.map { left in
            RotationAdvice(subject: .left(left), exposures: files[left.file].exposures.sorted())
        }
        return (moved + remaining).enumerated().sorted {
            (-$0.element.exposures.count, $0.offset) < (-$1.element.exposures.count, $1.offset)
        }.map(\.element)
    }
}
