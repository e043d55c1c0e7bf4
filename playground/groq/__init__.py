"""An emulated Groq: chat, responses, embeddings, audio and models, with limits that bite and faults on demand."""
