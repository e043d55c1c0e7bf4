"""An emulated Groq: chat, responses, embeddings and models, with limits that bite and faults on demand."""
