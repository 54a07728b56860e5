"""Pictures of programs: values and the steps between them, as Mermaid, DOT or SVG."""
